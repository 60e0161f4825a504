"""The report and the alert of a sweep."""

from dataclasses import replace

import pytest

from platform_guard.alerts.alert import Severity
from platform_guard.alerts.render.plain_text import render_text
from platform_guard.policy.policy import Policy
from platform_guard.registry.reference import Repository
from platform_guard.sweep.evaluation import Candidate, EvaluatedImage
from platform_guard.sweep.report import SweepReport, finding_line, sweep_alert
from tests.support.golden import golden
from tests.support.images import image, index, listed, read_and_evaluate

ACCOUNT, REGION = "123456789012", "eu-central-1"

REPORT = SweepReport(
    sweep_id="1",
    started=0.0,
    parts=3,
    parts_done=3,
    images=12_345,
    evaluated=60,
    first_seen=40,
    verdicts={"missing-platform": 5, "index-only": 2, "unreadable": 1},
    changed=3,
    missed=2,
    enqueued=4,
    postponed=3,
    lines=("shop/api:1.0 missing-platform: it contains only linux/arm64; linux/amd64 is required",),
    unavailable=1,
    unavailable_lines=("shop/secret: AccessDeniedException",),
)


NOTHING_NEW = replace(REPORT, verdicts={}, changed=0, missed=0, enqueued=0, lines=())


def test_sweep_alert_names_findings_remedies_and_failed_lookups() -> None:
    alert = sweep_alert(REPORT, ACCOUNT, REGION)

    assert alert is not None
    assert alert.severity is Severity.WARNING
    assert render_text(alert) == golden("alert-sweep")


def test_a_sweep_without_new_findings_sends_no_alert() -> None:
    assert sweep_alert(replace(NOTHING_NEW, unavailable=0), ACCOUNT, REGION) is None


def test_a_sweep_with_only_failed_lookups_sends_a_warning() -> None:
    alert = sweep_alert(NOTHING_NEW, ACCOUNT, REGION)

    assert alert is not None
    assert alert.severity is Severity.WARNING
    assert alert.title.endswith("the sweep could not see 1 repository, wholly or in part")
    assert alert.evidence == ("not seen: shop/secret: AccessDeniedException",)


@pytest.mark.parametrize(
    ("unavailable", "lines", "other_lines", "is_same"),
    [
        (2, ("a: denied", "b: denied"), ("b: denied", "a: denied"), True),
        (2, ("a: denied", "b: denied"), ("a: denied", "c: denied"), False),
        (9, ("a: denied", "b: denied"), ("a: denied", "c: denied"), True),
    ],
)
def test_fingerprint_of_failed_lookups_ignores_their_order(
    unavailable: int, lines: tuple[str, ...], other_lines: tuple[str, ...], is_same: bool
) -> None:
    one, other = (
        replace(NOTHING_NEW, unavailable=unavailable, unavailable_lines=kept)
        for kept in (lines, other_lines)
    )

    assert (one.unavailable_fingerprint == other.unavailable_fingerprint) is is_same


def test_an_incomplete_sweep_without_findings_sends_an_alert() -> None:
    alert = sweep_alert(replace(NOTHING_NEW, parts_done=1), ACCOUNT, REGION)

    assert alert is not None
    assert "with 1 of 3 done" in alert.summary


def test_a_finding_of_a_changed_policy_is_not_counted_as_newly_found() -> None:
    changed = replace(REPORT, verdicts={"index-only": 3}, changed=3, missed=0)

    alert = sweep_alert(changed, ACCOUNT, REGION)

    assert alert is not None
    assert alert.title.endswith("3 images with a finding by the changed policy")
    assert "without an alert" not in alert.title + alert.summary
    assert "3 of the images below were evaluated under another policy before" in alert.summary


def test_the_title_names_remedies_of_previously_reported_findings() -> None:
    alert = sweep_alert(replace(NOTHING_NEW, enqueued=1), ACCOUNT, REGION)

    assert alert is not None
    assert alert.title.endswith("remediating 1 previously reported finding")
    assert alert.severity is Severity.INFO


def test_index_only_findings_have_severity_info() -> None:
    alert = sweep_alert(replace(REPORT, verdicts={"index-only": 2}), ACCOUNT, REGION)

    assert alert is not None
    assert alert.severity is Severity.INFO


def test_a_finding_line_is_cut_at_500_characters() -> None:
    names = [f"linux/{number:x>64}" for number in range(40)]
    found, verdict = read_and_evaluate(
        index(*(listed(image("linux/arm64"), name) for name in names))
    )
    repository = Repository(ACCOUNT, REGION, "shop/api")
    candidate = Candidate(repository, found.digest, ("1.0",), (), 0.0, Policy())

    line = finding_line(EvaluatedImage(candidate, found, verdict))

    assert line.startswith("shop/api:1.0 missing-platform: it contains only linux/xxx")
    assert len(line) <= 500
