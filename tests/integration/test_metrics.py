"""The metrics that the deployed guard writes, as CloudWatch reads them from its log."""

from typing import Any

from local_aws import Deployment, LocalAws
from tests.support.registry import MAC_BUILD, PLAIN_AMD64, push


def metrics_written(guard: Deployment) -> dict[str, Any]:
    """Run the guard on all that waits, and give the metrics of its log by name."""
    written: dict[str, Any] = {}
    for invocation in guard.drain():
        for line in invocation.logs:
            if isinstance(line, dict) and "_aws" in line:
                (directive,) = line["_aws"]["CloudWatchMetrics"]
                units = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
                written |= {name: (line[name], unit) for name, unit in units.items()}
    return written


def test_the_time_from_push_to_alert_is_measured(aws: LocalAws, guard: Deployment) -> None:
    aws.client("ecr").create_repository(repositoryName="shop/api")
    push(aws, MAC_BUILD)

    written = metrics_written(guard)

    (seconds,), unit = written["push_to_alert"]
    assert unit == "Seconds"
    assert seconds >= 0


def test_a_healthy_push_has_no_alert_to_measure(aws: LocalAws, guard: Deployment) -> None:
    aws.client("ecr").create_repository(repositoryName="shop/api")
    push(aws, PLAIN_AMD64)

    written = metrics_written(guard)

    assert "pushes_seen" in written
    assert "push_to_alert" not in written
