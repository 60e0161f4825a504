"""What the push guard may do: no more than some policy in guard.toml asks for, where it does."""

from collections.abc import Iterator, Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from platform_guard.policy.policy import Remedy
from platform_guard.policy.rules import Policies

_WRITING = (Remedy.TAG, Remedy.QUARANTINE, Remedy.ARCHIVE, Remedy.DELETE)
_DESTRUCTIVE = (Remedy.QUARANTINE, Remedy.ARCHIVE, Remedy.DELETE)

_CHANGES = (
    ("ecr:PutImage", _WRITING),
    ("ecr:DescribeImages", _DESTRUCTIVE),
    ("ecr:BatchDeleteImage", (Remedy.QUARANTINE, Remedy.DELETE)),
    ("ecr:UpdateImageStorageClass", (Remedy.ARCHIVE,)),
)
"""What the remedies need on a repository."""


def permissions_to_guard(stack: Stack, policies: Policies) -> list[iam.PolicyStatement]:
    """Let a function read images, and write to ECR only where some policy asks for it."""
    read = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return [
        iam.PolicyStatement(actions=read, resources=_repositories(stack, ["*"])),
        *_on_repositories(stack, policies),
        *_to_protect(stack, policies),
    ]


def repositories_to_change(policies: Policies) -> frozenset[str]:
    """Return the patterns of the repositories that the function may do something in."""
    return frozenset(
        pattern for _, remedies in _CHANGES for pattern in policies.repositories_with(*remedies)
    )


def _on_repositories(stack: Stack, policies: Policies) -> Iterator[iam.PolicyStatement]:
    # Actions on the same repositories stand together, for a policy may not be as long as you like.
    together: dict[tuple[str, ...], list[str]] = {}
    for action, remedies in _CHANGES:
        patterns = policies.repositories_with(*remedies)
        if patterns:
            together.setdefault(patterns, []).append(action)
    for patterns, actions in together.items():
        yield iam.PolicyStatement(actions=actions, resources=_repositories(stack, patterns))


def _to_protect(stack: Stack, policies: Policies) -> Iterator[iam.PolicyStatement]:
    """Return the permissions of the safety checks."""
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
        # None of these knows permissions on a single resource that would be of use here: ListTasks
        # and ListServices ask for container instances, which tasks on Fargate do not have.
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
