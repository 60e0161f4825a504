"""The permissions to look up which policy applies to an image."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from platform_guard.policy.policy import Remedy
from platform_guard.policy.rules import Policies


def policy_lookup_permissions(stack: Stack, policies: Policies) -> list[iam.PolicyStatement]:
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
                # This action does not support resource-level permissions.
                # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
                resources=["*"],
            )
        )
    return statements
