"""The push guard's permissions: only what a rule in guard.toml needs, only in its repositories."""

from collections.abc import Iterator, Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from platform_guard.policy.policy import Remedy
from platform_guard.policy.rules import Policies

_WRITE_REMEDIES = (Remedy.TAG, Remedy.QUARANTINE, Remedy.ARCHIVE, Remedy.DELETE)
_DESTRUCTIVE = (Remedy.QUARANTINE, Remedy.ARCHIVE, Remedy.DELETE)

_ACTIONS = (
    ("ecr:PutImage", _WRITE_REMEDIES),
    ("ecr:DescribeImages", _DESTRUCTIVE),
    ("ecr:BatchDeleteImage", (Remedy.QUARANTINE, Remedy.DELETE)),
    ("ecr:UpdateImageStorageClass", (Remedy.ARCHIVE,)),
)
"""The ECR actions on repositories, each with the remedies that need it."""


def push_guard_permissions(stack: Stack, policies: Policies) -> list[iam.PolicyStatement]:
    """Return the permissions to read images, to execute remedies, and for the safety checks."""
    read = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return [
        iam.PolicyStatement(actions=read, resources=_repositories(stack, ["*"])),
        *_write_permissions(stack, policies),
        *_safety_check_permissions(stack, policies),
    ]


def repositories_to_change(policies: Policies) -> frozenset[str]:
    """Return the name patterns of the repositories in which a rule needs more than reading."""
    return frozenset(
        pattern for _, remedies in _ACTIONS for pattern in policies.repositories_with(*remedies)
    )


def _write_permissions(stack: Stack, policies: Policies) -> Iterator[iam.PolicyStatement]:
    # One statement per set of repositories keeps the policy below IAM's size limit.
    actions_by_patterns: dict[tuple[str, ...], list[str]] = {}
    for action, remedies in _ACTIONS:
        patterns = policies.repositories_with(*remedies)
        if patterns:
            actions_by_patterns.setdefault(patterns, []).append(action)
    for patterns, actions in actions_by_patterns.items():
        yield iam.PolicyStatement(actions=actions, resources=_repositories(stack, patterns))


def _safety_check_permissions(stack: Stack, policies: Policies) -> Iterator[iam.PolicyStatement]:
    if not policies.is_destructive():
        return
    yield iam.PolicyStatement(
        actions=["ecs:DescribeServices"],
        resources=[stack.format_arn(service="ecs", resource="service", resource_name="*")],
    )
    yield iam.PolicyStatement(
        actions=["ecs:DescribeTasks"],
        resources=[stack.format_arn(service="ecs", resource="task", resource_name="*")],
    )
    yield iam.PolicyStatement(
        actions=["lambda:GetFunction"],
        resources=[f"{stack.format_arn(service='lambda', resource='function')}:*"],
    )
    yield iam.PolicyStatement(
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonecs.html
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
        # None of these supports resource-level permissions that help here: ListTasks and
        # ListServices are limited by container instance, which Fargate tasks do not have.
        actions=[
            "ecs:DescribeTaskDefinition",
            "ecs:ListClusters",
            "ecs:ListServices",
            "ecs:ListTasks",
            "lambda:ListFunctions",
        ],
        resources=["*"],
    )


def _repositories(stack: Stack, patterns: Sequence[str]) -> list[str]:
    return [
        stack.format_arn(service="ecr", resource="repository", resource_name=pattern)
        for pattern in patterns
    ]
