"""The push guard: what starts it and what it may do."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from platform_guard.marks import MARK_PREFIX
from platform_guard.policies import Policies
from platform_guard.policy import Remedy
from stacks.alarms import watch_pushes
from stacks.foundation import Foundation
from stacks.policy_permissions import permissions_to_know_policies
from stacks.queue_fed import QueueFedFunction

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
# The guard's marks are pushes too, and must not start it again. An event without a tag, such as
# that of an index's child, does not match; one whose tag is empty does, and the function drops it.
_TAGGED_PUSH = events.EventPattern(
    source=["aws.ecr"],
    detail_type=["ECR Image Action"],
    detail={
        "action-type": ["PUSH"],
        "result": ["SUCCESS"],
        "image-tag": [{"anything-but": {"prefix": MARK_PREFIX}}],
    },
)


class PushGuard(QueueFedFunction):
    """Judges every image that is pushed to this account and region."""

    def __init__(self, scope: Construct, construct_id: str, *, foundation: Foundation) -> None:
        settings = foundation.settings
        super().__init__(
            scope,
            construct_id,
            foundation=foundation,
            module="push_guard",
            description="Judges the images that are pushed to Amazon ECR by their platforms",
            event_patterns={"Rule": _TAGGED_PUSH},
            delay=Duration.seconds(settings.delay_seconds),
            # Only of resource tags that it does not obey; the rest is dispatched.
            publishes=bool(settings.policies.overrides),
            permissions=[
                _permission_on_repositories(Stack.of(scope), settings.policies),
                *permissions_to_know_policies(Stack.of(scope), settings.policies),
            ],
        )
        watch_pushes(self, foundation.alerts, self.module)


def _permission_on_repositories(stack: Stack, policies: Policies) -> iam.PolicyStatement:
    """Let the function read images, and write to ECR only if some policy asks for it."""
    actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    if policies.strongest_remedy() is not Remedy.ALERT:
        actions.append("ecr:PutImage")
    return iam.PolicyStatement(
        actions=actions,
        resources=[stack.format_arn(service="ecr", resource="repository", resource_name="*")],
    )
