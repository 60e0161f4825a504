"""Alarms and the dashboard."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infrastructure.conftest import Synthesize
from tests.infrastructure.template import Properties, Template, as_text, logical_id
from tests.support.paths import ROOT

LAMBDAS = ROOT / "lambdas"
NAMESPACE = "EcrPlatformGuard"


def alarms(template: Template) -> list[Properties]:
    return list(template.resources("AWS::CloudWatch::Alarm").values())


def alarm_metrics(alarm: Properties) -> list[Properties]:
    """Return the metrics that an alarm uses."""
    if "Metrics" not in alarm:
        return [alarm]
    return [
        item["MetricStat"]["Metric"] | {"Statistic": item["MetricStat"]["Stat"]}
        for item in alarm["Metrics"]
        if "MetricStat" in item
    ]


def alarm_on(template: Template, namespace: str, name: str, resource: str) -> Properties:
    """Return the only alarm on a metric of a resource."""
    (alarm,) = [
        alarm
        for alarm in alarms(template)
        for metric in alarm_metrics(alarm)
        if (metric["Namespace"], metric["MetricName"]) == (namespace, name)
        and resource in [logical_id(item["Value"]) for item in metric["Dimensions"]]
    ]
    return alarm


def test_every_alarm_notifies_the_topic_and_says_what_to_do(template: Template) -> None:
    (topic_id,) = template.resources("AWS::SNS::Topic")

    for alarm in alarms(template):
        assert [logical_id(action) for action in alarm["AlarmActions"]] == [topic_id]
        assert re.search(r"Check|Fix|Read|Request|Run", str(alarm["AlarmDescription"]))


def test_the_first_dead_letter_of_any_queue_raises_an_alarm(template: Template) -> None:
    for queue in template.resources("AWS::SQS::Queue").values():
        if "RedrivePolicy" not in queue:
            continue
        dead_letters = logical_id(queue["RedrivePolicy"]["deadLetterTargetArn"])
        alarm = alarm_on(template, "AWS/SQS", "ApproximateNumberOfMessagesVisible", dead_letters)

        assert (alarm["Statistic"], alarm["ComparisonOperator"], alarm["Threshold"]) == (
            "Maximum",
            "GreaterThanThreshold",
            0,
        )
        assert alarm["EvaluationPeriods"] == 1
        assert alarm["TreatMissingData"] == "notBreaching"


def test_events_that_wait_longer_than_all_attempts_take_raise_an_alarm(template: Template) -> None:
    for queue_id, queue in template.resources("AWS::SQS::Queue").items():
        if "RedrivePolicy" not in queue:
            continue
        alarm = alarm_on(template, "AWS/SQS", "ApproximateAgeOfOldestMessage", queue_id)
        attempts = (queue["RedrivePolicy"]["maxReceiveCount"] - 1) * queue["VisibilityTimeout"]

        assert alarm["Statistic"] == "Maximum"
        assert alarm["Threshold"] + 600 >= attempts


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_a_function_that_fails_or_is_throttled_raises_an_alarm(
    template: Template, metric: str
) -> None:
    for function in template.resources("AWS::Lambda::Function"):
        alarm = alarm_on(template, "AWS/Lambda", metric, function)

        assert alarm["Statistic"] == "Sum"
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"


def test_an_undeliverable_event_raises_an_alarm(template: Template) -> None:
    for rule in template.resources("AWS::Events::Rule"):
        alarm = alarm_on(template, "AWS/Events", "FailedInvocations", rule)

        assert alarm["Threshold"] == 0


def test_pushes_without_an_event_raise_an_alarm(template: Template) -> None:
    (alarm,) = [
        alarm
        for alarm in alarms(template)
        if any(metric["Namespace"] == "AWS/Usage" for metric in alarm_metrics(alarm))
    ]
    metrics = {metric["MetricName"]: metric["Dimensions"] for metric in alarm_metrics(alarm)}
    (expression,) = [item["Expression"] for item in alarm["Metrics"] if "Expression" in item]

    assert {"Name": "Resource", "Value": "PutImage"} in metrics["CallCount"]
    assert metrics["pushes_seen"] == [{"Name": "service", "Value": "push-guard"}]
    assert "FILL(put, 0) > 0" in expression
    assert alarm["EvaluationPeriods"] == 3


@pytest.mark.parametrize(
    ("every_hours", "period_hours", "periods"),
    [
        pytest.param(1, 1, 2, id="every hour"),
        pytest.param(36, 24, 3, id="not in whole days"),
        pytest.param(168, 24, 7, id="more than the alarm can evaluate"),
    ],
)
def test_a_sweep_that_does_not_run_raises_an_alarm(
    every_hours: int, period_hours: int, periods: int, synthesize: Synthesize
) -> None:
    template = synthesize(f"[sweep]\nevery_hours = {every_hours}\n").template
    alarm = alarm_on(template, "AWS/Lambda", "Invocations", template.part("sweep").function_id)

    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (period_hours * 3600, periods)
    assert (alarm["Statistic"], alarm["ComparisonOperator"], alarm["Threshold"]) == (
        "Sum",
        "LessThanThreshold",
        1,
    )
    # A new alarm starts in INSUFFICIENT_DATA too, but without a transition it does not notify.
    assert alarm["TreatMissingData"] == "missing"
    assert alarm["InsufficientDataActions"] == alarm["AlarmActions"]


def test_the_dashboard_and_alarms_use_only_metrics_that_their_function_writes(
    template: Template,
) -> None:
    shown = {
        (metric[1], metric[3]) for metric in dashboard_metrics(template) if metric[0] == NAMESPACE
    }
    raising = {
        (metric["MetricName"], metric["Dimensions"][0]["Value"])
        for alarm in alarms(template)
        for metric in alarm_metrics(alarm)
        if metric["Namespace"] == NAMESPACE
    }

    for item, service in shown | raising:
        names = written_metrics(service.replace("-", "_"))
        assert any(re.fullmatch(name, item) for name in names), (item, service)


def written_metrics(module: str) -> set[str]:
    """Return the names of the metrics that a function writes, as patterns."""
    code = (LAMBDAS / f"{module}.py").read_text(encoding="utf-8")
    names = re.findall(r'(?:count\(|counted_as=|add_metric\(name=)f?"([^"]+)"', code)
    return {re.sub(r"\{[^}]*\}", r"[\\w.-]+", re.sub(r"\.(?=\{)", r"\\.", name)) for name in names}


def dashboard_metrics(template: Template) -> Iterator[list[Any]]:
    """Yield the metrics of the dashboard's graphs in CloudWatch's JSON form."""
    body = json.loads(as_text(template.only("AWS::CloudWatch::Dashboard")["DashboardBody"]))
    for widget in body["widgets"]:
        yield from widget["properties"]["metrics"]


def test_the_cost_tables_count_the_deployed_alarms_and_queues(
    template: Template, everything: Template
) -> None:
    page = (LAMBDAS.parent / "docs" / "operations.md").read_text(encoding="utf-8")

    def stated(pattern: str) -> tuple[int, ...]:
        (found,) = re.findall(pattern, page)
        return tuple(map(int, found))

    templates = (template, everything)
    metrics = tuple(sum(len(alarm_metrics(alarm)) for alarm in alarms(one)) for one in templates)
    polled = tuple(len(one.resources("AWS::Lambda::EventSourceMapping")) for one in templates)

    assert stated(r"alarms \| (\d+) metrics . 0.10, with Slack (\d+)") == metrics
    assert stated(r"polling of (\d+) queues, with Slack (\d+)") == polled


def test_the_dashboard_shows_every_function_queue_and_region(template: Template) -> None:
    values = {str(value) for metric in dashboard_metrics(template) for value in metric}

    for part in ("push_guard", "pull_diagnosis", "alert_dispatch", "sweep"):
        function = template.part(part).function_id
        queue = template.part(part).queue_id
        assert f"${{{function}}}" in values
        assert f"${{{queue}.QueueName}}" in values
