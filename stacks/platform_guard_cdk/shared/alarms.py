"""Alarms on the guard's health. docs/operations.md explains each and what to do."""

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from platform_guard_cdk.shared.durations import hours, minutes
from platform_guard_cdk.shared.metrics import guard_metric, put_image_calls
from platform_guard_cdk.shared.queues import DEAD_LETTER_DAYS
from platform_guard_cdk.shared.topic import Alerts

_SUM = cloudwatch.Stats.SUM
_MAXIMUM = cloudwatch.Stats.MAXIMUM


def alarm_above(
    scope: Construct,
    construct_id: str,
    alerts: Alerts,
    *,
    metric: cloudwatch.IMetric,
    description: str,
    threshold: float = 0,
    periods: int = 1,
) -> cloudwatch.Alarm:
    """Alarm if a metric is above `threshold` for `periods` consecutive periods.

    Missing data does not raise the alarm.
    """
    return _alarm(
        scope,
        construct_id,
        alerts,
        metric=metric,
        description=description,
        threshold=threshold,
        periods=periods,
        operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        missing=cloudwatch.TreatMissingData.NOT_BREACHING,
    )


def alarm_when_missing(
    scope: Construct,
    construct_id: str,
    alerts: Alerts,
    *,
    metric: cloudwatch.IMetric,
    description: str,
    periods: int = 1,
) -> cloudwatch.Alarm:
    """Alarm if a count is missing or zero for `periods` consecutive periods.

    A count that never existed raises no alarm, so a first deployment is quiet: only the transition
    to INSUFFICIENT_DATA notifies, and a new alarm starts in that state.
    """
    alarm = _alarm(
        scope,
        construct_id,
        alerts,
        metric=metric,
        description=description,
        threshold=1,
        periods=periods,
        operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
        missing=cloudwatch.TreatMissingData.MISSING,
    )
    alerts.notify_of_missing_data(alarm)
    return alarm


def watch_function(
    scope: Construct, alerts: Alerts, function: lambda_.Function, module: str
) -> None:
    """Alarm if a function keeps failing or is throttled."""
    alarm_above(
        scope,
        "ErrorsAlarm",
        alerts,
        # A failed batch returns after nine minutes, so one that always fails counts twice.
        metric=function.metric_errors(period=minutes(30), statistic=_SUM),
        threshold=1,
        description=(
            f"{module} of the ECR platform guard is failing. Events are retried, then moved to the "
            "dead-letter queue. Check its logs."
        ),
    )
    alarm_above(
        scope,
        "ThrottlesAlarm",
        alerts,
        metric=function.metric_throttles(period=minutes(5), statistic=_SUM),
        periods=3,
        description=(
            f"Lambda throttles {module} of the ECR platform guard: this account has reached its "
            "concurrency limit. Request a quota increase, or set [deploy] reserve_concurrency."
        ),
    )


def watch_queue(
    scope: Construct,
    alerts: Alerts,
    queue: sqs.Queue,
    dead_letters: sqs.Queue,
    module: str,
    max_wait_minutes: int,
) -> None:
    """Alarm if a dead-letter queue has messages, or events wait longer than `max_wait_minutes`."""
    alarm_above(
        scope,
        "DeadLettersAlarm",
        alerts,
        metric=dead_letters.metric_approximate_number_of_messages_visible(
            period=minutes(1), statistic=_MAXIMUM
        ),
        description=(
            f"The ECR platform guard could not process events. They stay in the dead-letter queue "
            f"{dead_letters.queue_name} for {DEAD_LETTER_DAYS} days. Read the log of {module}, fix "
            "the cause, then redrive them."
        ),
    )
    alarm_above(
        scope,
        "AgeAlarm",
        alerts,
        metric=queue.metric_approximate_age_of_oldest_message(
            period=minutes(5), statistic=_MAXIMUM
        ),
        threshold=60 * max_wait_minutes,
        periods=2,
        description=(
            f"Events for {module} of the ECR platform guard have waited for more than "
            f"{max_wait_minutes} minutes. Check its log, its throttles, and whether its event "
            "source mapping is enabled."
        ),
    )


def watch_rules(
    scope: Construct, alerts: Alerts, rules: Sequence[events.Rule], module: str
) -> None:
    """Alarm if EventBridge cannot put an event into the queue of its rule."""
    failed = {
        f"failed{number}": cloudwatch.Metric(
            namespace="AWS/Events",
            metric_name="FailedInvocations",
            dimensions_map={"RuleName": rule.rule_name},
            statistic=_SUM,
            period=minutes(5),
        )
        for number, rule in enumerate(rules)
    }
    alarm_above(
        scope,
        "UndeliveredAlarm",
        alerts,
        metric=cloudwatch.MathExpression(
            expression=" + ".join(f"FILL({name}, 0)" for name in failed),
            using_metrics=failed,
            label="Events that could not be delivered",
            period=minutes(5),
        ),
        description=(
            f"EventBridge cannot put events into the queue of the ECR platform guard's {module}. "
            "Run platform-guard doctor: it checks the queue policy."
        ),
    )


def watch_pushes(scope: Construct, alerts: Alerts, module: str) -> None:
    """Alarm if ECR receives images for hours and the guard receives no push event.

    This detects a disabled or deleted rule, and events that ECR does not send; no other alarm does.
    A single missed push does not raise it: the sweep finds those.
    """
    alarm_above(
        scope,
        "UnheardAlarm",
        alerts,
        metric=cloudwatch.MathExpression(
            expression="IF(FILL(put, 0) > 0 AND FILL(seen, 0) + FILL(failed, 0) == 0, 1, 0)",
            using_metrics={
                "put": put_image_calls(hours(1)),
                "seen": guard_metric(module, "pushes_seen", hours(1)),
                "failed": guard_metric(module, "pushes_failed", hours(1)),
            },
            label="Hours with images pushed to ECR and no push event",
            period=hours(1),
        ),
        periods=3,
        description=(
            "Images were pushed to ECR in each of the last three hours, but the ECR platform guard "
            "received no push event. Run platform-guard doctor: it checks the rule and the queue."
        ),
    )


def _alarm(
    scope: Construct,
    construct_id: str,
    alerts: Alerts,
    *,
    metric: cloudwatch.IMetric,
    description: str,
    threshold: float,
    periods: int,
    operator: cloudwatch.ComparisonOperator,
    missing: cloudwatch.TreatMissingData,
) -> cloudwatch.Alarm:
    alarm = cloudwatch.Alarm(
        scope,
        construct_id,
        alarm_description=description,
        metric=metric,
        threshold=threshold,
        comparison_operator=operator,
        evaluation_periods=periods,
        treat_missing_data=missing,
    )
    alerts.notify(alarm)
    return alarm
