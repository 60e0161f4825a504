"""Alarms that say when the guard is not well. docs/operations.md says what to do about each."""

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from platform_guard_cdk.shared.durations import hours, minutes
from platform_guard_cdk.shared.metrics import guard_metric, images_put
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
    """Alarm where a metric is above `threshold` in `periods` of its periods, one after another.

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


def alarm_when_absent(
    scope: Construct,
    construct_id: str,
    alerts: Alerts,
    *,
    metric: cloudwatch.IMetric,
    description: str,
    periods: int = 1,
) -> cloudwatch.Alarm:
    """Alarm where a count stays away, or at zero, for `periods` of its periods.

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
    """Alarm if a function keeps failing or may not run."""
    alarm_above(
        scope,
        "ErrorsAlarm",
        alerts,
        # A batch that broke off comes back after nine minutes, so one that always does shows.
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
            f"Lambda does not let the ECR platform guard's {module} run: this account uses up its "
            "concurrency. Have the quota raised, or set [deploy] reserve_concurrency."
        ),
    )


def watch_queue(
    scope: Construct,
    alerts: Alerts,
    queue: sqs.Queue,
    dead_letters: sqs.Queue,
    module: str,
    longest_wait_minutes: int,
) -> None:
    """Alarm where messages are given up, or wait for longer than they may."""
    alarm_above(
        scope,
        "DeadLettersAlarm",
        alerts,
        metric=dead_letters.metric_approximate_number_of_messages_visible(
            period=minutes(1), statistic=_MAXIMUM
        ),
        description=(
            f"The ECR platform guard could not handle events. They wait in the dead-letter queue "
            f"{dead_letters.queue_name} for {DEAD_LETTER_DAYS} days: read the log of {module}, "
            "then redrive them."
        ),
    )
    alarm_above(
        scope,
        "AgeAlarm",
        alerts,
        metric=queue.metric_approximate_age_of_oldest_message(
            period=minutes(5), statistic=_MAXIMUM
        ),
        threshold=60 * longest_wait_minutes,
        periods=2,
        description=(
            f"Events have waited for the ECR platform guard's {module} for over "
            f"{longest_wait_minutes} minutes. "
            "Look at its log, at its throttles and at whether its event source mapping is enabled."
        ),
    )


def watch_rules(
    scope: Construct, alerts: Alerts, rules: Sequence[events.Rule], module: str
) -> None:
    """Alarm where EventBridge cannot put an event into the queue of its rule."""
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
            "Run platform-guard doctor: it looks at the queue's policy."
        ),
    )


def watch_pushes(scope: Construct, alerts: Alerts, module: str) -> None:
    """Alarm where ECR takes images in hour after hour, and the guard hears of none.

    It sees what no other alarm does: a rule that is disabled or gone, and events that ECR does not
    send. It does not see that one push among others went unheard, which is what the sweep is for.
    """
    alarm_above(
        scope,
        "UnheardAlarm",
        alerts,
        metric=cloudwatch.MathExpression(
            expression="IF(FILL(put, 0) > 0 AND FILL(seen, 0) + FILL(failed, 0) == 0, 1, 0)",
            using_metrics={
                "put": images_put(hours(1)),
                "seen": guard_metric(module, "pushes_seen", hours(1)),
                "failed": guard_metric(module, "pushes_failed", hours(1)),
            },
            label="Hours in which ECR took images in and the guard heard of none",
            period=hours(1),
        ),
        periods=3,
        description=(
            "Images were pushed to ECR in each of three hours, and the ECR platform guard heard of "
            "none. Run platform-guard doctor: it looks at the rule and at all behind it."
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
