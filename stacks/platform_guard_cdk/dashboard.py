"""The CloudWatch dashboard: pushes, verdicts, remedies, incidents, health and cost drivers."""

from collections.abc import Mapping, Sequence

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from platform_guard.diagnosis.pull_error.rule import Cause
from platform_guard.policy.policy import Remedy
from platform_guard.policy.verdict import Finding, NoFinding
from platform_guard_cdk.functions.sqs_function import SqsFunction
from platform_guard_cdk.shared.metrics import NAMESPACE, PUT_IMAGE, service_name
from platform_guard_cdk.shared.resources import SharedResources

Graph = Mapping[str, object]
Metric = Sequence[object]

_COLUMNS = 24
_WIDTH = 8
_HEIGHT = 6
_HOUR_SECONDS = 3600


class Dashboard(Construct):
    """One dashboard per region, written as CloudWatch's own JSON.

    CDK widget objects would add dozens of calls to the CDK process at every synthesis.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: SharedResources,
        push_guard: SqsFunction,
        pull_diagnosis: SqsFunction,
        alert_dispatch: SqsFunction,
        others: Sequence[SqsFunction],
    ) -> None:
        super().__init__(scope, construct_id)
        parts = (push_guard, pull_diagnosis, alert_dispatch, *others)
        stack = Stack.of(self)
        graphs = [
            *_activity(push_guard.module, pull_diagnosis.module, alert_dispatch.module),
            *_health(parts),
            *_cost_drivers(parts, shared),
        ]
        cloudwatch.CfnDashboard(
            self,
            "Page",
            # Dashboard names are unique per account, not per region.
            dashboard_name=f"ecr-platform-guard-{stack.region}",
            dashboard_body=stack.to_json_string({"widgets": _layout(graphs, stack.region)}),
        )


def _activity(push_guard: str, pull_diagnosis: str, alert_dispatch: str) -> list[Graph]:
    verdicts = [f"verdict.{name}" for name in (*Finding, *NoFinding)]
    remedies = [f"remedy.{name}" for name in Remedy]
    causes = [f"cause.{name}" for name in Cause]
    latency = [NAMESPACE, "push_to_alert", "service", service_name(alert_dispatch)]
    return [
        _graph(
            "Pushes",
            [
                *_guard_metrics(push_guard, "pushes_seen", "pushes_superseded", "pushes_failed"),
                ["AWS/Usage", "CallCount", *_put_image_dimensions(), {"label": "PutImage calls"}],
            ],
        ),
        _graph("Verdicts", _guard_metrics(push_guard, *verdicts), stacked=True),
        _graph("Remedies", _guard_metrics(push_guard, *remedies), stacked=True),
        _graph(
            "Incidents",
            _guard_metrics(
                pull_diagnosis,
                *("stops_seen", "stops_failed", "incidents_alerted", "incidents_ongoing"),
            ),
        ),
        _graph("Causes of failed pulls", _guard_metrics(pull_diagnosis, *causes), stacked=True),
        _graph(
            "Seconds from push to alert",
            [[*latency, {"stat": statistic}] for statistic in ("p50", "p95", "Maximum")],
        ),
    ]


def _health(parts: Sequence[SqsFunction]) -> list[Graph]:
    queues = [(part.module, part.queue.queue_name) for part in parts]
    dead = [(part.module, part.dead_letters.queue_name) for part in parts]
    functions = [(part.module, part.function.function_name) for part in parts]
    age, visible = "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"
    maximum = {"stat": "Maximum"}
    return [
        _graph(
            "Age of oldest event, seconds",
            _per_resource("AWS/SQS", age, "QueueName", queues, maximum),
        ),
        _graph("Dead letters", _per_resource("AWS/SQS", visible, "QueueName", dead, maximum)),
        _graph(
            "Errors and throttles",
            [
                *_per_resource("AWS/Lambda", "Errors", "FunctionName", functions),
                *_per_resource("AWS/Lambda", "Throttles", "FunctionName", functions),
            ],
        ),
    ]


def _cost_drivers(parts: Sequence[SqsFunction], shared: SharedResources) -> list[Graph]:
    functions = [(part.module, part.function.function_name) for part in parts]
    logs = [(part.module, part.log_group.log_group_name) for part in parts]
    table = [("table", shared.state.table_name)]
    topic = [("topic", shared.alerts.topic.topic_name)]
    return [
        _graph(
            "Cost: function milliseconds, log bytes",
            [
                *_per_resource("AWS/Lambda", "Duration", "FunctionName", functions),
                *_per_resource(
                    "AWS/Logs", "IncomingBytes", "LogGroupName", logs, {"yAxis": "right"}
                ),
            ],
        ),
        _graph(
            "Cost: invocations, alerts",
            [
                *_per_resource("AWS/Lambda", "Invocations", "FunctionName", functions),
                *_per_resource("AWS/SNS", "NumberOfMessagesPublished", "TopicName", topic),
            ],
        ),
        _graph(
            "Cost: table capacity units",
            [
                *_per_resource("AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", table),
                *_per_resource("AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", table),
            ],
        ),
    ]


def _put_image_dimensions() -> list[str]:
    return [text for pair in PUT_IMAGE.items() for text in pair]


def _guard_metrics(module: str, *names: str) -> list[Metric]:
    return [[NAMESPACE, name, "service", service_name(module), {"label": name}] for name in names]


def _per_resource(
    namespace: str,
    name: str,
    dimension: str,
    labeled: Sequence[tuple[str, str]],
    options: Mapping[str, object] | None = None,
) -> list[Metric]:
    """Return one metric for several resources, given as (label, dimension value)."""
    return [
        [namespace, name, dimension, value, {"label": f"{label} {name}", **(options or {})}]
        for label, value in labeled
    ]


def _graph(title: str, metrics: Sequence[Metric], *, stacked: bool = False) -> Graph:
    return {
        "title": title,
        "view": "timeSeries",
        "stacked": stacked,
        "stat": "Sum",
        "period": _HOUR_SECONDS,
        "metrics": metrics,
    }


def _layout(graphs: Sequence[Graph], region: str) -> list[dict[str, object]]:
    per_row = _COLUMNS // _WIDTH
    return [
        {
            "type": "metric",
            "x": number % per_row * _WIDTH,
            "y": number // per_row * _HEIGHT,
            "width": _WIDTH,
            "height": _HEIGHT,
            "properties": {**graph, "region": region},
        }
        for number, graph in enumerate(graphs)
    ]
