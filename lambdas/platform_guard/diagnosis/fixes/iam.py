"""The role that pulls, and commands that grant permissions."""

import json
from collections.abc import Sequence

from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.evidence.model import RoleKind
from platform_guard.diagnosis.fixes.target import Target


def role_name(case: PullContext) -> str:
    """Return the pulling role's name: from the evidence, else the error, else a placeholder."""
    role = (case.role.arn if case.role else "") or case.failure.error.role or ""
    if ":assumed-role/" in role:
        return role.partition(":assumed-role/")[2].partition("/")[0]
    return role.rpartition("/")[2] or execution_role_name(case)


def execution_role_name(case: PullContext) -> str:
    """Return the name of the execution role, else a placeholder."""
    role = case.definition.execution_role_arn if case.definition else ""
    return role.rpartition("/")[2] or "ROLE"


def pulls_as_instance(case: PullContext) -> bool:
    """Return whether the instance role pulls, as it does without an execution role."""
    if case.role is not None:
        return case.role.kind is RoleKind.INSTANCE
    is_on_instance = case.stop is not None and bool(case.stop.container_instance_arn)
    return is_on_instance and case.definition is not None and not case.definition.execution_role_arn


def allow_caching(target: Target, role: str, repositories: str) -> str:
    """Return the command that lets a role fill a pull-through cache; `repositories` is an ARN.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
    """
    actions = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
    return allow(target, role, "pull-through-cache", actions, repositories)


def allow(
    target: Target, role: str, policy_name: str, actions: Sequence[str], resource: str
) -> str:
    """Return the command that allows actions with an inline policy."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    what = ("--policy-name", policy_name, "--policy-document", policy)
    return target.aws("iam", "put-role-policy", "--role-name", role, *what)
