"""The push guard: what starts it and what it may do."""

from aws_cdk import Stack
from aws_cdk import aws_events as events
from constructs import Construct

from platform_guard.registry.mark import MARK_PREFIX
from platform_guard_cdk.functions.grace_schedules import Grace
from platform_guard_cdk.functions.policy_permissions import permissions_to_know_policies
from platform_guard_cdk.functions.push_guard_permissions import permissions_to_guard
from platform_guard_cdk.functions.sqs_function import SqsFunction
from platform_guard_cdk.shared.alarms import watch_pushes
from platform_guard_cdk.shared.resources import SharedResources

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


class PushGuard(SqsFunction):
    """Judges every image that is pushed to this account and region."""

    def __init__(self, scope: Construct, construct_id: str, *, shared: SharedResources) -> None:
        settings = shared.settings
        stack = Stack.of(scope)
        # Without a grace period, images may wait that were found when there was one.
        self.grace = grace = Grace(scope, "Grace") if settings.policies.is_destructive() else None
        super().__init__(
            scope,
            construct_id,
            shared=shared,
            module="push_guard",
            description="Judges the images that are pushed to Amazon ECR by their platforms",
            event_patterns={"Rule": _TAGGED_PUSH},
            delay_seconds=settings.delay_seconds,
            # Only of resource tags that it does not obey; the rest is dispatched.
            publishes=bool(settings.policies.overrides),
            permissions=[
                *permissions_to_guard(stack, settings.policies),
                *permissions_to_know_policies(stack, settings.policies),
                *(grace.permissions_to_end() if grace else []),
                *(grace.permissions_to_begin() if grace and settings.policies.may_delay() else []),
            ],
        )
        if grace:
            grace.announce_to(self.queue, self.dead_letters, shared.encryption)
            self.function.add_environment("GUARD_SCHEDULE_GROUP", grace.group.schedule_group_name)
            self.function.add_environment("GUARD_SCHEDULE_ROLE_ARN", grace.role.role_arn)
            self.function.add_environment("GUARD_QUEUE_ARN", self.queue.queue_arn)
            self.function.add_environment("GUARD_DEAD_LETTERS_ARN", self.dead_letters.queue_arn)
        watch_pushes(self, shared.alerts, self.module)
