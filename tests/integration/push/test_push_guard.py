"""Pushes to the emulator, processed by the deployed guard with its template, code and role."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from platform_guard_cli.inspect.oci_layout import OciLayout
from platform_guard_cli.replay.emulator import Outcome, drain
from platform_guard_emulator import Deployment, LocalAws, PushOrder, deploy, push_layout
from tests.support.known_images import layout_of
from tests.support.registry import (
    HELM_CHART,
    MAC_BUILD,
    MISLABELED,
    MULTI_PLATFORM,
    PLAIN_AMD64,
    PLAIN_ARM64,
    marks,
    push,
    push_event,
    send,
    tags,
)

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


def test_a_bad_image_is_marked_keeps_its_tag_and_is_reported(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient"
) -> None:
    digest = push(aws, MAC_BUILD)

    outcomes = drain(guard)

    mark = f"platform-guard.missing-platform.1.0.{digest[7:19]}"
    assert [outcome.verdict for outcome in outcomes] == ["missing-platform"]
    assert tags(ecr) == {"1.0", mark}
    (alert,) = guard.alerts()
    assert alert.attributes == {
        "severity": "warning",
        "status": "open",
        "code": "missing-platform",
        "repository": "shop/api",
    }
    assert alert.subject == "shop/api:1.0: cannot run on linux/amd64 (missing-platform)"
    machine = json.loads(alert.texts["sqs"])
    assert machine["facts"]["digest"] == digest
    assert mark in machine["facts"]["remedy"]
    assert "shop/api:1.0 --push ." in alert.texts["email"]


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        (PLAIN_ARM64, "missing-platform"),
        (MISLABELED, "mislabeled"),
        ("bk0.25-default-amd64", "index-only"),
    ],
)
def test_each_mark_names_its_finding(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient", case: str, verdict: str
) -> None:
    digest = push(aws, case)

    drain(guard)

    assert marks(ecr) == {f"platform-guard.{verdict}.1.0.{digest[7:19]}"}
    assert len(guard.alerts()) == 1


@pytest.mark.parametrize(
    "case",
    [
        PLAIN_AMD64,
        MULTI_PLATFORM,
        HELM_CHART,
        "bk0.32-cache-registry-default",
        "cosign2-sign-sigtag",
        "cosign2-attach-sbom",
    ],
)
def test_good_images_and_artifacts_are_left_alone(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient", case: str
) -> None:
    push(aws, case)

    drain(guard)

    assert tags(ecr) == {"1.0"}
    assert guard.alerts() == []


def test_an_unreadable_image_is_reported_but_not_marked(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient"
) -> None:
    push(aws, "crane0.20-append-empty-base")

    outcomes = drain(guard)

    assert [outcome.verdict for outcome in outcomes] == ["unreadable"]
    assert tags(ecr) == {"1.0"}
    assert [alert.attributes["code"] for alert in guard.alerts()] == ["unreadable"]


@pytest.mark.parametrize("order", list(PushOrder))
def test_a_multi_platform_push_yields_no_finding_in_any_push_order(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient", order: PushOrder
) -> None:
    push_layout(aws, "shop/api", layout_of(MULTI_PLATFORM), "1.0", order=order)

    drain(guard)

    assert tags(ecr) == {"1.0"}
    assert guard.alerts() == []


def test_the_events_of_an_index_yield_no_finding_in_any_order(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient"
) -> None:
    root = push(aws, MULTI_PLATFORM)
    drain(guard)
    layout = OciLayout(layout_of(MULTI_PLATFORM))
    document = layout.document(root)
    assert document is not None
    children = [child["digest"] for child in json.loads(document.content)["manifests"]]

    digests = [root, *children]
    rotations = [digests[start:] + digests[:start] for start in range(len(digests))]
    for order in [*rotations, *(rotation[::-1] for rotation in rotations)]:
        for digest in order:
            # Some builders briefly push each child under the tag.
            send(aws, guard, json.dumps(push_event(digest)))
        outcomes = drain(guard)
        assert sorted(outcome.verdict or outcome.status for outcome in outcomes) == [
            "compliant",
            *["superseded"] * len(children),
        ]

    assert tags(ecr) == {"1.0"}
    assert guard.alerts() == []


def test_a_push_that_was_fixed_before_its_event_is_not_reported(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient"
) -> None:
    push(aws, PLAIN_ARM64)
    push(aws, PLAIN_AMD64)

    outcomes = drain(guard)

    verdicts = [outcome.verdict or outcome.status for outcome in outcomes]
    assert verdicts == ["superseded", "compliant"]
    assert tags(ecr) == {"1.0"}
    assert guard.alerts() == []


@pytest.mark.usefixtures("ecr")
def test_an_event_that_is_delivered_twice_is_reported_once(
    aws: LocalAws, guard: Deployment
) -> None:
    event = push_event(push(aws, MAC_BUILD, tag="2.0"), tag="2.0")
    drain(guard)
    before = len(guard.alerts())

    for _ in range(3):
        aws.emit(event)
        drain(guard)

    assert len(guard.alerts()) == before + 1


@pytest.mark.usefixtures("ecr")
def test_the_same_bad_image_pushed_again_later_is_reported_again(
    aws: LocalAws, guard: Deployment
) -> None:
    for case in (PLAIN_ARM64, PLAIN_AMD64, PLAIN_ARM64):
        push(aws, case)
        drain(guard)

    assert [alert.attributes["status"] for alert in guard.alerts()] == ["open", "resolved", "open"]


@pytest.mark.usefixtures("ecr")
def test_the_guards_own_mark_does_not_start_it_again(aws: LocalAws, guard: Deployment) -> None:
    push(aws, MAC_BUILD)
    drain(guard)

    assert guard.drain() == []


@pytest.mark.usefixtures("ecr")
@pytest.mark.parametrize(
    ("case", "calls", "downloads"),
    [
        (PLAIN_AMD64, ["BatchGetImage", "GetDownloadUrlForLayer", "GetItem"], 1),
        (MULTI_PLATFORM, ["BatchGetImage"] * 2 + ["GetDownloadUrlForLayer", "GetItem"], 1),
        (HELM_CHART, ["BatchGetImage"], 0),
    ],
    ids=["plain image", "index with verify_config", "artifact"],
)
def test_reading_and_evaluation_make_exactly_these_calls(
    aws: LocalAws,
    guard: Deployment,
    case: str,
    calls: list[str],
    downloads: int,
) -> None:
    push(aws, case)

    drain(guard)

    assert [call.operation for call in aws.calls] == calls
    assert len(aws.downloads) == downloads


@pytest.mark.usefixtures("ecr")
def test_a_superseded_event_costs_one_call(aws: LocalAws, guard: Deployment) -> None:
    push(aws, PLAIN_AMD64)
    drain(guard)
    aws.calls.clear()

    aws.emit(push_event(f"sha256:{'5e' * 32}"))

    assert drain(guard) == [Outcome("superseded", "the tag has moved on, or the image is gone")]
    assert [call.operation for call in aws.calls] == ["BatchGetImage"]


@pytest.mark.parametrize("elsewhere", [{"region": "us-east-1"}, {"account": "999999999999"}])
@pytest.mark.usefixtures("ecr")
def test_an_event_from_another_account_or_region_is_ignored(
    aws: LocalAws, guard: Deployment, elsewhere: dict[str, str]
) -> None:
    event = push_event(push(aws, MAC_BUILD))
    drain(guard)
    aws.calls.clear()

    send(aws, guard, json.dumps(event | {"id": "another"} | elsewhere))

    assert [outcome.status for outcome in drain(guard)] == ["ignored"]
    assert aws.calls == []


@pytest.mark.usefixtures("ecr")
def test_an_index_costs_one_call_without_verify_config(
    aws: LocalAws, unverified_assembly: Path
) -> None:
    guard = deploy(aws, unverified_assembly)
    push(aws, MULTI_PLATFORM)

    drain(guard)

    assert [call.operation for call in aws.calls] == ["BatchGetImage", "GetItem"]
    assert aws.downloads == []


def test_a_policy_of_alerts_changes_nothing(
    aws: LocalAws, ecr: "ECRClient", alert_only_assembly: Path
) -> None:
    guard = deploy(aws, alert_only_assembly)
    push(aws, MAC_BUILD)

    drain(guard)

    assert tags(ecr) == {"1.0"}
    assert len(guard.alerts()) == 1
    assert "the policy asks only for an alert" in guard.alerts()[0].texts["email"]
