"""The intended findings of cdk-nag's rule packs, each with its reason.

An app that checks the guard with cdk-nag calls `acknowledge_findings` first. The tests do, and fail
on a finding without a reason and on a reason without a finding.
"""

from collections.abc import Iterator, Mapping

import aws_cdk as cdk

from platform_guard_cdk.functions.push_guard_permissions import repositories_to_change
from platform_guard_cdk.platform_guard import PlatformGuard

_WILDCARD = "AwsSolutions::AwsSolutions-IAM5[Resource::{}]"
_NIST = "NIST.800.53.R5::NIST.800.53.R5-{}"

_ALWAYS: Mapping[str, str] = {
    "arn:<AWS::Partition>:ecr:{region}:{account}:repository/*": (
        "The guard covers every repository of the account and region, including future ones. The "
        "policy in guard.toml decides which actions it is granted there."
    ),
    "arn:<AWS::Partition>:ecr:*:*:repository/*": (
        "Tasks also pull from repositories in other regions and accounts. The diagnosis only "
        "reads, and another account's repository must allow this account in its own policy."
    ),
    "arn:<AWS::Partition>:ecs:{region}:{account}:service/*": (
        "Any service can have a task that fails to start. The diagnosis only reads."
    ),
    "arn:<AWS::Partition>:ecs:{region}:{account}:container-instance/*": (
        "A task can fail to start on any container instance. The diagnosis only reads."
    ),
    "*": (
        "These actions do not support resource-level permissions. All of them describe or list; "
        "docs/security.md gives the reason for each."
    ),
}

_RULES: Mapping[str, str] = {
    "CloudWatchLogGroupEncrypted": (
        "CloudWatch Logs encrypts the log groups with an AWS owned key. [deploy] customer_key "
        "uses a customer managed key instead."
    ),
    "DynamoDBInBackupPlan": (
        "Point-in-time recovery is enabled, and every item has a TTL. A backup plan belongs to the "
        "account and can select the table by the stack's tags."
    ),
    "IAMNoInlinePolicy": (
        "Each role belongs to one function, and its policy must be created and deleted with it. A "
        "managed policy could be attached to other roles."
    ),
    "LambdaConcurrency": (
        "The event source mapping limits concurrency, which also works in accounts that cannot "
        "reserve any. [deploy] reserve_concurrency reserves the same number."
    ),
    "LambdaDLQ": (
        "The function is invoked by its queue, which has a dead-letter queue. The setting applies "
        "only to asynchronous invocations."
    ),
    "LambdaInsideVPC": (
        "The function calls public AWS endpoints over TLS and nothing in a VPC. Inside a VPC it "
        "would need egress, and could reach more than it can now."
    ),
}


_DESTRUCTIVE_REASONS: Mapping[str, str] = {
    "arn:<AWS::Partition>:ecs:{region}:{account}:task/*": (
        "An image that a task runs is never removed, so the guard reads all tasks."
    ),
    "arn:<AWS::Partition>:lambda:{region}:{account}:function:*": (
        "An image that a function runs is never removed, so the guard reads all functions."
    ),
}

_REPOSITORIES = "arn:<AWS::Partition>:ecr:{region}:{account}:repository/{pattern}"
_REPOSITORIES_REASON = "The rules in guard.toml select repositories by name pattern."

_SCHEDULES = "arn:<AWS::Partition>:scheduler:{region}:{account}:schedule/{group}/*"
_SCHEDULES_REASON = "Each grace period has its own schedule, in a group that contains nothing else."


def acknowledge_findings(guard: PlatformGuard) -> None:
    """Acknowledge the intended findings, so that cdk-nag reports only new ones.

    This applies to the guard's whole stack, including other resources in it.
    """
    validations = cdk.Validations.of(cdk.Stack.of(guard))
    for finding, reason in findings_by_id(guard):
        validations.acknowledge(cdk.Acknowledgment(id=finding, reason=reason))


def findings_by_id(guard: PlatformGuard) -> Iterator[tuple[str, str]]:
    """Yield each intended finding as (cdk-nag id in the guard's stack, reason)."""
    stack = cdk.Stack.of(guard)
    region = "<AWS::Region>" if cdk.Token.is_unresolved(stack.region) else stack.region
    account = "<AWS::AccountId>" if cdk.Token.is_unresolved(stack.account) else stack.account
    for resource, reason in _wildcards(guard):
        filled = resource.replace("{region}", region).replace("{account}", account)
        yield _WILDCARD.format(filled), reason
    for rule, reason in _RULES.items():
        yield _NIST.format(rule), reason


def _wildcards(guard: PlatformGuard) -> Iterator[tuple[str, str]]:
    yield from _ALWAYS.items()
    if guard.policies.is_destructive():
        yield from _DESTRUCTIVE_REASONS.items()
    wild = {pattern for pattern in repositories_to_change(guard.policies) if "*" in pattern}
    for pattern in sorted(wild - {"*"}):
        yield _REPOSITORIES.replace("{pattern}", pattern), _REPOSITORIES_REASON
    if guard.schedule_group is not None:
        group = str(cdk.Stack.of(guard).resolve(guard.schedule_group.schedule_group_name))
        yield _SCHEDULES.replace("{group}", group), _SCHEDULES_REASON
