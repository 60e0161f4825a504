"""The one message of a sweep."""

from dataclasses import replace

import pytest

from platform_guard.alerts.alert import Severity
from platform_guard.alerts.render.plain_text import render_text
from platform_guard.policy.policy import Policy
from platform_guard.registry.reference import Repository
from platform_guard.sweep.evaluation import Candidate, EvaluatedImage
from platform_guard.sweep.report import SweepReport, digest_alert, finding_line
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


def test_it_says_what_was_found_what_was_done_and_what_was_not_seen() -> None:
    alert = digest_alert(REPORT, ACCOUNT, REGION)

    assert alert is not None
    assert alert.severity is Severity.WARNING
    assert render_text(alert) == golden("alert-sweep")


def test_a_sweep_that_found_nothing_new_says_nothing() -> None:
    assert digest_alert(replace(NOTHING_NEW, unavailable=0), ACCOUNT, REGION) is None


def test_a_sweep_that_found_nothing_but_could_not_see_all_says_so() -> None:
    alert = digest_alert(NOTHING_NEW, ACCOUNT, REGION)

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
def test_what_cannot_be_seen_is_known_again(
    unavailable: int, lines: tuple[str, ...], other_lines: tuple[str, ...], is_same: bool
) -> None:
    one, other = (
        replace(NOTHING_NEW, unavailable=unavailable, unavailable_lines=kept)
        for kept in (lines, other_lines)
    )

    assert (one.blind_spot == other.blind_spot) is is_same


def test_a_sweep_that_did_not_end_is_told_although_it_found_nothing() -> None:
    alert = digest_alert(replace(NOTHING_NEW, parts_done=1), ACCOUNT, REGION)

    assert alert is not None
    assert "with 1 of 3 done" in alert.summary


def test_what_a_changed_policy_finds_is_not_called_unheard_of() -> None:
    changed = replace(REPORT, verdicts={"index-only": 3}, changed=3, missed=0)

    alert = digest_alert(changed, ACCOUNT, REGION)

    assert alert is not None
    assert alert.title.endswith("3 images with a finding by the changed policy")
    assert "nobody" not in alert.title + alert.summary
    assert "3 of the images below were evaluated under another policy before" in alert.summary


def test_what_was_told_before_and_is_remedied_now_is_told_as_such() -> None:
    alert = digest_alert(replace(NOTHING_NEW, enqueued=1), ACCOUNT, REGION)

    assert alert is not None
    assert alert.title.endswith("remediating 1 previously reported finding")
    assert alert.severity is Severity.INFO


def test_what_only_lambda_refuses_is_no_warning() -> None:
    alert = digest_alert(replace(REPORT, verdicts={"index-only": 2}), ACCOUNT, REGION)

    assert alert is not None
    assert alert.severity is Severity.INFO


def test_a_line_is_short_however_long_the_names_of_platforms_are() -> None:
    names = [f"linux/{number:x>64}" for number in range(40)]
    found, verdict = read_and_evaluate(
        index(*(listed(image("linux/arm64"), name) for name in names))
    )
    repository = Repository(ACCOUNT, REGION, "shop/api")
    candidate = Candidate(repository, found.digest, ("1.0",), (), 0.0, Policy())

    line = finding_line(EvaluatedImage(candidate, found, verdict))

    assert line.startswith("shop/api:1.0 missing-platform: it contains only linux/xxx")
    assert len(line) <= 500
