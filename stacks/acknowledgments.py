"""What rule packs of cdk-nag find about the guard that is meant to be so, and why.

Whoever checks an app that holds the guard with cdk-nag calls `acknowledge_findings` first. The
tests do, and fail for a finding that is not here and for a reason that nothing needs any more.
"""

from collections.abc import Iterator, Mapping

import aws_cdk as cdk
from constructs import IConstruct

_EVERYWHERE = "AwsSolutions::AwsSolutions-IAM5[Resource::{}]"
_NIST = "NIST.800.53.R5::NIST.800.53.R5-{}"

_WILDCARDS: Mapping[str, str] = {
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


def acknowledge_findings(scope: IConstruct) -> None:
    """Acknowledge the known findings about a guard in `scope`, so that only new ones are told."""
    for finding, reason in findings_by_id(cdk.Stack.of(scope)):
        cdk.Validations.of(scope).acknowledge(cdk.Acknowledgment(id=finding, reason=reason))


def findings_by_id(stack: cdk.Stack) -> Iterator[tuple[str, str]]:
    """Yield each known finding, as cdk-nag calls it in that stack, and why it is meant to be so."""
    region = "<AWS::Region>" if cdk.Token.is_unresolved(stack.region) else stack.region
    account = "<AWS::AccountId>" if cdk.Token.is_unresolved(stack.account) else stack.account
    for resource, reason in _WILDCARDS.items():
        yield _EVERYWHERE.format(resource.format(region=region, account=account)), reason
    for rule, reason in _RULES.items():
        yield _NIST.format(rule), reason
