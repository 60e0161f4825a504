"""Aggregation of alerts into one message, and the JSON that stores them."""

from dataclasses import replace

import pytest

from platform_guard.alerts.alert import Alert, Severity
from platform_guard.alerts.batch.aggregate import AlertBatch, batch_entry, combine, overview
from platform_guard.alerts.render.json_format import AlertError, parse_alert, render_json
from platform_guard.alerts.render.sns_message import compose_message
from tests.support.diagnoses import CASES, alert_of
from tests.support.push_cases import ALERTS

FIRST = ALERTS["missing-platform-index"]
MILD = ALERTS["index-only-attestation"]


def of(*alerts: Alert, names: tuple[str, ...] = (), count: int = 0) -> Alert:
    named = names or tuple(map(batch_entry, alerts))
    return combine(AlertBatch(alerts, named, count or len(named)))


def test_a_single_alert_is_unchanged() -> None:
    assert of(FIRST) == FIRST


def test_the_most_severe_alert_leads_and_the_others_are_listed() -> None:
    alert = of(MILD, FIRST, names=("team/app:v0 (index-only)", batch_entry(FIRST)))

    assert alert.severity is Severity.WARNING
    assert alert.title == (
        "team/app:v1 and 1 more tag: cannot run on linux/amd64 (missing-platform)"
    )
    assert dict(alert.facts)["Also"] == "team/app:v0 (index-only)"
    assert alert.fixes == FIRST.fixes


def test_the_first_of_many_alerts_are_listed_and_the_rest_are_counted() -> None:
    names = tuple(f"team/app:v{number} (missing-platform)" for number in range(1, 41))

    alert = of(FIRST, names=names, count=10_000)

    assert "and 9,999 more tags: cannot run" in alert.title
    also = dict(alert.facts)["Also"]
    assert also.startswith("team/app:v2 (missing-platform), team/app:v3")
    assert also.endswith(", and 9,979 more")


def test_an_overview_counts_repositories() -> None:
    alert = overview(AlertBatch((FIRST,), (batch_entry(FIRST), "web:1 (no-image)"), 9))

    assert alert.title.startswith("team/app:v1 and 8 more repositories: ")


def test_an_overview_names_no_single_repository() -> None:
    alert = overview(AlertBatch((FIRST,), (batch_entry(FIRST), "web:1 (no-image)"), 2))

    assert (alert.code, alert.repository, alert.image) == ("overview", "", "")
    assert "repository" not in compose_message(alert).attributes


def test_an_overview_of_one_alert_is_that_alert() -> None:
    assert overview(AlertBatch((FIRST,), (batch_entry(FIRST),), 1)) == FIRST


SAMPLES = [*ALERTS.values(), *map(alert_of, CASES)]


@pytest.mark.parametrize("alert", SAMPLES, ids=[*ALERTS, *CASES])
def test_an_alert_round_trips_through_json(alert: Alert) -> None:
    assert parse_alert(render_json(alert)) == alert


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        render_json(FIRST).replace('"version": 1', '"version": 2'),
        render_json(FIRST).replace('"severity": "warning"', '"severity": "loud"'),
        render_json(replace(FIRST, facts=())).replace('"facts": {}', '"facts": []'),
        render_json(FIRST).replace('"title": "team', '"title": ["team"], "x": "'),
    ],
)
def test_a_text_that_is_not_an_alert_is_rejected(text: str) -> None:
    with pytest.raises(AlertError, match="not a version 1 alert"):
        parse_alert(text)
