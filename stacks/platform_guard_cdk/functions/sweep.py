"""The sweep: what starts it, what divides its work, and what it may do."""

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from platform_guard.policy.rules import Policies
from platform_guard_cdk.functions.policy_permissions import permissions_to_know_policies
from platform_guard_cdk.functions.sqs_function import SqsFunction
from platform_guard_cdk.shared.alarms import alarm_when_absent
from platform_guard_cdk.shared.durations import hours
from platform_guard_cdk.shared.resources import SharedResources

# A part sends on what it has not done in time, so that this bounds a page and no repository.
_TIMEOUT_SECONDS = 300

# ECR's limits are for the whole account, and pushes and pulls come first: docs/scale.md.
_MAX_CONCURRENCY = 5


# An alarm looks back for a week, a day at a time, and no further (CloudWatch API, PutMetricAlarm).
_HOURS_OF_A_DAY = 24
_MOST_HOURS = 7 * 24

# The first sweep of a large registry takes hours, and most of its parts wait.
_LONGEST_WAIT_MINUTES = 12 * 60


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
        """Build it; findings that need a remedy go into the queue of the push guard."""
        stack = Stack.of(scope)
        settings = shared.settings
        super().__init__(
            scope,
            construct_id,
            shared=shared,
            module="sweep",
            description="Scans Amazon ECR for images whose push event was missed",
            event_patterns={"Deployed": _deployed(stack)},
            delay_seconds=0,
            permissions=_permissions_to_look(stack, settings.policies),
            timeout_seconds=_TIMEOUT_SECONDS,
            # A part that fails does not bring others back.
            batch_size=1,
            max_concurrency=_MAX_CONCURRENCY,
            longest_wait_minutes=_LONGEST_WAIT_MINUTES,
            schedule=events.Schedule.rate(hours(settings.sweep.every_hours)),
            # What is left of a part, until nothing is left of it.
            sends_to_itself=True,
        )
        self._watch_starts(shared)
        self.function.add_environment("GUARD_SWEEP_QUEUE_URL", self.queue.queue_url)
        self.function.add_environment("GUARD_PUSH_QUEUE_URL", push_guard.queue.queue_url)
        for queue in (self.queue, push_guard.queue):
            self.permit(
                iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[queue.queue_arn])
            )

    def _watch_starts(self, shared: SharedResources) -> None:
        """Alarm where nothing starts the function for two of its periods, or for a week.

        Its parts count as well: while a first sweep takes hours, a start waits behind them.
        """
        every_hours = shared.settings.sweep.every_hours
        period_hours = min(every_hours, _HOURS_OF_A_DAY)
        awaited = min(2 * every_hours, _MOST_HOURS)
        alarm_when_absent(
            self,
            "MissedAlarm",
            shared.alerts,
            metric=self.function.metric_invocations(
                period=hours(period_hours), statistic=cloudwatch.Stats.SUM
            ),
            periods=-(-awaited // period_hours),
            description=(
                f"The ECR platform guard's sweep has not run for {awaited} hours, and should run "
                f"every {every_hours}. Run platform-guard doctor: it looks at the schedule and at "
                "all behind it."
            ),
        )


def _deployed(stack: Stack) -> events.EventPattern:
    """Match the end of a deployment of this stack.

    Then the guard is new here, or its policy is another one.
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


def _permissions_to_look(stack: Stack, policies: Policies) -> list[iam.PolicyStatement]:
    """Let the function list and read what this account's registry holds."""
    repositories = stack.format_arn(service="ecr", resource="repository", resource_name="*")
    overrides = [
        statement
        for statement in permissions_to_know_policies(stack, policies)
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
