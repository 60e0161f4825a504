"""The push guard: the events that start it, and its permissions."""

from aws_cdk import Stack
from aws_cdk import aws_events as events
from constructs import Construct

from platform_guard.registry.mark import MARK_PREFIX
from platform_guard_cdk.functions.grace_schedules import GraceSchedules
from platform_guard_cdk.functions.policy_permissions import policy_lookup_permissions
from platform_guard_cdk.functions.push_guard_permissions import push_guard_permissions
from platform_guard_cdk.functions.sqs_function import SqsFunction
from platform_guard_cdk.shared.alarms import watch_pushes
from platform_guard_cdk.shared.resources import SharedResources

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
# The guard's own marks are pushes too and must not start it. An event without a tag, such as for a
# child manifest, does not match. An event with an empty tag does, and the function ignores it.
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
    """Evaluates every image that is pushed to this account and region."""

    def __init__(self, scope: Construct, construct_id: str, *, shared: SharedResources) -> None:
        settings = shared.settings
        stack = Stack.of(scope)
        # Entries may still be pending from an earlier `grace`, so destructive remedies are enough.
        self.grace = grace = (
            GraceSchedules(scope, "Grace") if settings.policies.is_destructive() else None
        )
        super().__init__(
            scope,
            construct_id,
            shared=shared,
            module="push_guard",
            description="Evaluates the platforms of images that are pushed to Amazon ECR",
            event_patterns={"Rule": _TAGGED_PUSH},
            delay_seconds=settings.delay_seconds,
            # Only alerts about invalid resource tags; alert_dispatch publishes all others.
            publishes=bool(settings.policies.overrides),
            permissions=[
                *push_guard_permissions(stack, settings.policies),
                *policy_lookup_permissions(stack, settings.policies),
                *(grace.permissions_to_cancel() if grace else []),
                *(
                    grace.permissions_to_schedule()
                    if grace and settings.policies.may_delay()
                    else []
                ),
            ],
        )
        if grace:
            grace.deliver_to(self.queue, self.dead_letters, shared.encryption)
            self.function.add_environment("GUARD_SCHEDULE_GROUP", grace.group.schedule_group_name)
            self.function.add_environment("GUARD_SCHEDULE_ROLE_ARN", grace.role.role_arn)
            self.function.add_environment("GUARD_QUEUE_ARN", self.queue.queue_arn)
            self.function.add_environment("GUARD_DEAD_LETTERS_ARN", self.dead_letters.queue_arn)
        watch_pushes(self, shared.alerts, self.module)
