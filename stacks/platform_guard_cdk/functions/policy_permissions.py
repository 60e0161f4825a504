"""What a function may look up to know the policy of an image."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from platform_guard.policy.policy import Remedy
from platform_guard.policy.rules import Policies


def permissions_to_know_policies(stack: Stack, policies: Policies) -> list[iam.PolicyStatement]:
    """Return the permissions for team overrides and pull-through cache rules."""
    statements: list[iam.PolicyStatement] = []
    if policies.overrides:
        statements.append(
            iam.PolicyStatement(
                actions=["ecr:ListTagsForResource"],
                resources=[
                    stack.format_arn(service="ecr", resource="repository", resource_name="*")
                ],
            )
        )
    if policies.strongest_remedy() is not Remedy.ALERT:
        statements.append(
            iam.PolicyStatement(
                actions=["ecr:DescribePullThroughCacheRules"],
                # It knows no permissions on a single resource.
                # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
                resources=["*"],
            )
        )
    return statements
