"""Several alerts as one."""

from dataclasses import replace

import pytest

from platform_guard.alerts.alert import Alert, Severity
from platform_guard.alerts.batch.aggregate import AlertBatch, combined, name_in_window, overview
from platform_guard.alerts.render.json_format import AlertError, parse_alert, render_json
from platform_guard.alerts.render.sns_message import compose_message
from tests.support.diagnoses import CASES, alert_of
from tests.support.push_cases import ALERTS

FIRST = ALERTS["missing-platform-index"]
MILD = ALERTS["index-only-attestation"]


def of(*alerts: Alert, names: tuple[str, ...] = (), count: int = 0) -> Alert:
    named = names or tuple(map(name_in_window, alerts))
    return combined(AlertBatch(alerts, named, count or len(named)))


def test_one_alert_stays_as_it_is() -> None:
    assert of(FIRST) == FIRST


def test_the_gravest_leads_and_the_others_are_named() -> None:
    alert = of(MILD, FIRST, names=("team/app:v0 (index-only)", name_in_window(FIRST)))

    assert alert.severity is Severity.WARNING
    assert alert.title == (
        "team/app:v1 and 1 more tag: cannot run on linux/amd64 (missing-platform)"
    )
    assert dict(alert.facts)["Also"] == "team/app:v0 (index-only)"
    assert alert.fixes == FIRST.fixes


def test_of_many_the_first_are_named_and_the_rest_is_counted() -> None:
    names = tuple(f"team/app:v{number} (missing-platform)" for number in range(1, 41))

    alert = of(FIRST, names=names, count=10_000)

    assert "and 9,999 more tags: cannot run" in alert.title
    also = dict(alert.facts)["Also"]
    assert also.startswith("team/app:v2 (missing-platform), team/app:v3")
    assert also.endswith(", and 9,979 more")


def test_repositories_are_counted_in_an_overview() -> None:
    alert = overview(AlertBatch((FIRST,), (name_in_window(FIRST), "web:1 (no-image)"), 9))

    assert alert.title.startswith("team/app:v1 and 8 more repositories: ")


def test_an_overview_is_about_none_of_its_repositories_alone() -> None:
    alert = overview(AlertBatch((FIRST,), (name_in_window(FIRST), "web:1 (no-image)"), 2))

    assert (alert.code, alert.repository, alert.image) == ("overview", "", "")
    assert "repository" not in compose_message(alert).attributes


def test_an_overview_of_one_repository_is_its_alert() -> None:
    assert overview(AlertBatch((FIRST,), (name_in_window(FIRST),), 1)) == FIRST


SAMPLES = [*ALERTS.values(), *map(alert_of, CASES)]


@pytest.mark.parametrize("alert", SAMPLES, ids=[*ALERTS, *CASES])
def test_an_alert_survives_being_written_as_json(alert: Alert) -> None:
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
def test_what_is_no_alert_is_refused(text: str) -> None:
    with pytest.raises(AlertError, match="no alert of version 1"):
        parse_alert(text)
