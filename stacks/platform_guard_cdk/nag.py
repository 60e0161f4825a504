"""What rule packs of cdk-nag find about the guard that is meant to be so, and why.

An app that checks the guard with cdk-nag calls `acknowledge_findings` first. The
tests do, and fail for a finding that is not here and for a reason that nothing needs any more.
"""

from collections.abc import Iterator, Mapping

import aws_cdk as cdk

from platform_guard_cdk.functions.push_guard_permissions import repositories_to_change
from platform_guard_cdk.platform_guard import PlatformGuard

_WILDCARD = "AwsSolutions::AwsSolutions-IAM5[Resource::{}]"
_NIST = "NIST.800.53.R5::NIST.800.53.R5-{}"

_EVERYWHERE: Mapping[str, str] = {
    "arn:<AWS::Partition>:ecr:{region}:{account}:repository/*": (
        "The guard is for every repository of the account and region, also those made later. What "
        "it may do there, the policy in guard.toml decides."
    ),
    "arn:<AWS::Partition>:ecr:*:*:repository/*": (
        "Tasks pull from repositories of other regions and accounts too. The diagnosis only reads, "
        "and another account's repository answers only where its own policy admits this account."
    ),
    "arn:<AWS::Partition>:ecs:{region}:{account}:service/*": (
        "The diagnosis reads the service of whichever task could not start."
    ),
    "arn:<AWS::Partition>:ecs:{region}:{account}:container-instance/*": (
        "The diagnosis reads the instance that whichever task could not start on."
    ),
    "*": (
        "These actions know no permissions on single resources: all of them describe or list, and "
        "each stands with its reason in docs/security.md."
    ),
}

_RULES: Mapping[str, str] = {
    "CloudWatchLogGroupEncrypted": (
        "CloudWatch Logs encrypts the log groups with a key of its own. [deploy] customer_key "
        "makes that a key of the account."
    ),
    "DynamoDBInBackupPlan": (
        "Point-in-time recovery is on, and every item expires by itself. A backup plan is the "
        "account's, and may select the table by the stack's tags."
    ),
    "IAMNoInlinePolicy": (
        "Each role serves one function, and its one policy must never exist without it or outlive "
        "it. A managed policy could be attached to others."
    ),
    "LambdaConcurrency": (
        "The event source mapping bounds how many copies run, which works in accounts that cannot "
        "reserve any. [deploy] reserve_concurrency reserves as many."
    ),
    "LambdaDLQ": (
        "The function is invoked by its queue, and what fails goes to the dead letters of that "
        "queue. The setting is for asynchronous invocations, of which there are none."
    ),
    "LambdaInsideVPC": (
        "The function talks to public endpoints of AWS over TLS and to nothing in a network of the "
        "account. Inside of one it would need a way out, and would reach more than now."
    ),
}


_WHERE_IMAGES_ARE_TAKEN_AWAY: Mapping[str, str] = {
    "arn:<AWS::Partition>:ecs:{region}:{account}:task/*": (
        "No image that any task runs is removed. The guard only reads."
    ),
    "arn:<AWS::Partition>:lambda:{region}:{account}:function:*": (
        "No image that any function runs is removed. The guard only reads."
    ),
}

_REPOSITORIES = "arn:<AWS::Partition>:ecr:{region}:{account}:repository/{pattern}"
_REPOSITORIES_REASON = "The rules of guard.toml are for repositories by their names."

_SCHEDULES = "arn:<AWS::Partition>:scheduler:{region}:{account}:schedule/{group}/*"
_SCHEDULES_REASON = (
    "Each image that waits has a schedule of its own, in a group that holds nothing else."
)


def acknowledge_findings(guard: PlatformGuard) -> None:
    """Acknowledge the known findings about a guard, so that only new ones are reported.

    For the whole stack that it stands in: cdk-nag finds the same about what else is there.
    """
    validations = cdk.Validations.of(cdk.Stack.of(guard))
    for finding, reason in findings_by_id(guard):
        validations.acknowledge(cdk.Acknowledgment(id=finding, reason=reason))


def findings_by_id(guard: PlatformGuard) -> Iterator[tuple[str, str]]:
    """Yield each known finding, as cdk-nag calls it in the guard's stack, and why it is so."""
    stack = cdk.Stack.of(guard)
    region = "<AWS::Region>" if cdk.Token.is_unresolved(stack.region) else stack.region
    account = "<AWS::AccountId>" if cdk.Token.is_unresolved(stack.account) else stack.account
    for resource, reason in _wildcards(guard):
        filled = resource.replace("{region}", region).replace("{account}", account)
        yield _WILDCARD.format(filled), reason
    for rule, reason in _RULES.items():
        yield _NIST.format(rule), reason


def _wildcards(guard: PlatformGuard) -> Iterator[tuple[str, str]]:
    yield from _EVERYWHERE.items()
    if guard.policies.is_destructive():
        yield from _WHERE_IMAGES_ARE_TAKEN_AWAY.items()
    wild = {pattern for pattern in repositories_to_change(guard.policies) if "*" in pattern}
    for pattern in sorted(wild - {"*"}):
        yield _REPOSITORIES.replace("{pattern}", pattern), _REPOSITORIES_REASON
    if guard.schedule_group is not None:
        group = str(cdk.Stack.of(guard).resolve(guard.schedule_group.schedule_group_name))
        yield _SCHEDULES.replace("{group}", group), _SCHEDULES_REASON
