"""The sweep: what starts it, its queue, and its permissions."""

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from platform_guard.policy.rules import Policies
from platform_guard_cdk.functions.policy_permissions import policy_lookup_permissions
from platform_guard_cdk.functions.sqs_function import SqsFunction
from platform_guard_cdk.shared.alarms import alarm_when_missing
from platform_guard_cdk.shared.durations import hours
from platform_guard_cdk.shared.resources import SharedResources

# A part requeues what it could not finish, so this limits a page, not a repository.
_TIMEOUT_SECONDS = 300

# ECR's quotas apply to the whole account, and pushes and pulls come first: docs/scale.md.
_MAX_CONCURRENCY = 5

# With a period of a day, an alarm can evaluate at most a week (CloudWatch API, PutMetricAlarm).
_HOURS_PER_DAY = 24
_MAX_HOURS = 7 * 24

# The first sweep of a large registry takes hours, with most of its parts in the queue.
_MAX_WAIT_MINUTES = 12 * 60


class Sweep(SqsFunction):
    """The registry scan that catches pushes whose event was missed."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: SharedResources,
        push_guard: SqsFunction,
    ) -> None:
        """Create the sweep, which sends findings that need a remedy to the push guard's queue."""
        stack = Stack.of(scope)
        settings = shared.settings
        super().__init__(
            scope,
            construct_id,
            shared=shared,
            module="sweep",
            description="Scans Amazon ECR for images whose push event was missed",
            event_patterns={"Deployed": _deployment_events(stack)},
            delay_seconds=0,
            permissions=_read_permissions(stack, settings.policies),
            timeout_seconds=_TIMEOUT_SECONDS,
            # A failed part must not return others to the queue.
            batch_size=1,
            max_concurrency=_MAX_CONCURRENCY,
            max_wait_minutes=_MAX_WAIT_MINUTES,
            schedule=events.Schedule.rate(hours(settings.sweep.every_hours)),
            # The remainder of a part, until the part is finished.
            sends_to_itself=True,
        )
        self._watch_starts(shared)
        self.function.add_environment("GUARD_SWEEP_QUEUE_URL", self.queue.queue_url)
        self.function.add_environment("GUARD_PUSH_QUEUE_URL", push_guard.queue.queue_url)
        for queue in (self.queue, push_guard.queue):
            self.add_to_role_policy(
                iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[queue.queue_arn])
            )

    def _watch_starts(self, shared: SharedResources) -> None:
        """Alarm if the function is not invoked for two of its periods, or for a week.

        Parts count as invocations too: during a first sweep, the next start waits behind them.
        """
        every_hours = shared.settings.sweep.every_hours
        period_hours = min(every_hours, _HOURS_PER_DAY)
        missed_hours = min(2 * every_hours, _MAX_HOURS)
        alarm_when_missing(
            self,
            "MissedAlarm",
            shared.alerts,
            metric=self.function.metric_invocations(
                period=hours(period_hours), statistic=cloudwatch.Stats.SUM
            ),
            periods=-(-missed_hours // period_hours),
            description=(
                f"The ECR platform guard's sweep has not run for {missed_hours} hours. It should "
                f"run every {every_hours} hours. Run platform-guard doctor: it checks the schedule "
                "and the queue."
            ),
        )


def _deployment_events(stack: Stack) -> events.EventPattern:
    """Match the end of a deployment of this stack, when the guard or its policy is new.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/eventbridge-events.html
    """
    return events.EventPattern(
        source=["aws.cloudformation"],
        detail_type=["CloudFormation Stack Status Change"],
        detail={
            "stack-id": [stack.stack_id],
            "status-details": {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]},
        },
    )


def _read_permissions(stack: Stack, policies: Policies) -> list[iam.PolicyStatement]:
    repositories = stack.format_arn(service="ecr", resource="repository", resource_name="*")
    overrides = [
        statement
        for statement in policy_lookup_permissions(stack, policies)
        if "ecr:ListTagsForResource" in statement.actions
    ]
    return [
        iam.PolicyStatement(
            actions=[
                "ecr:BatchGetImage",
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:GetDownloadUrlForLayer",
            ],
            resources=[repositories],
        ),
        *overrides,
    ]
