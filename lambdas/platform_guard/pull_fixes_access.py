"""Fixes for a registry that refuses: the role's policy, the repository's policy, credentials."""

import json

from platform_guard.alerts import Fix
from platform_guard.evidence import RoleKind
from platform_guard.pull_cases import PullCase
from platform_guard.pull_targets import Target
from platform_guard.references import partition

_EXECUTION_POLICY = "service-role/AmazonECSTaskExecutionRolePolicy"
_INSTANCE_POLICY = "AmazonEC2ContainerRegistryReadOnly"
_PULL_ACTIONS = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
]


def access_fixes(case: PullCase, target: Target) -> list[Fix]:
    """Let the task's role pull."""
    if case.is_elsewhere:
        return credential_fixes(case, target)
    fixes = [_allow_role(case, target)]
    repository = case.reference.repository if case.reference else None
    if repository is not None and repository.account != target.account:
        fixes.insert(0, _allow_account(target, repository.account))
    fixes.append(
        target.fix(
            "If it may already, see whether the repository's own policy denies it",
            target.ecr("get-repository-policy"),
        )
    )
    return fixes


def credential_fixes(case: PullCase, target: Target) -> list[Fix]:
    """Give the task credentials for a registry other than ECR."""
    secret = case.definition.repository_credentials if case.definition else ""
    if secret:
        return [
            target.fix(
                "Correct the credentials for the registry: username and password in this secret",
                target.aws(
                    "secretsmanager",
                    "put-secret-value",
                    "--secret-id",
                    secret,
                    "--secret-string",
                    "file://credentials.json",
                ),
            )
        ]
    return [give_credentials(target, "Give the task credentials for the registry")]


def give_credentials(target: Target, deed: str) -> Fix:
    """Have credentials for a registry stored; the deed says why in its own words."""
    return target.fix(
        f"{deed}: a secret with username and password, named as repositoryCredentials in the "
        "container's definition",
        target.aws(
            "secretsmanager",
            "create-secret",
            "--name",
            "registry-credentials",
            "--secret-string",
            "file://credentials.json",
        ),
    )


def _allow_role(case: PullCase, target: Target) -> Fix:
    role = _role_name(case)
    is_instance = case.role is not None and case.role.kind is RoleKind.INSTANCE
    policy = _INSTANCE_POLICY if is_instance else _EXECUTION_POLICY
    kind = "instance role" if is_instance else "execution role"
    return target.fix(
        f"Allow the {kind} to pull",
        target.aws(
            "iam",
            "attach-role-policy",
            "--role-name",
            role or "ROLE",
            "--policy-arn",
            f"arn:{partition(target.region)}:iam::aws:policy/{policy}",
        ),
    )


def _allow_account(target: Target, owner: str) -> Fix:
    account = target.account
    principal = f"arn:{partition(target.region)}:iam::{account}:root"
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "PullFromOtherAccount",
                "Effect": "Allow",
                "Principal": {"AWS": principal},
                "Action": _PULL_ACTIONS,
            }
        ],
    }
    return target.fix(
        f"With credentials of account {owner}, which owns the repository, let account {account} "
        "pull; the second command replaces the policy that the first one shows",
        target.ecr("get-repository-policy"),
        target.ecr("set-repository-policy", "--policy-text", json.dumps(policy)),
    )


def _role_name(case: PullCase) -> str:
    """Find who pulls, by name: as looked up, else as the error says."""
    role = (case.role.arn if case.role else "") or case.failure.error.role or ""
    if ":assumed-role/" in role:
        return role.partition(":assumed-role/")[2].partition("/")[0]
    return role.rpartition("/")[2]
