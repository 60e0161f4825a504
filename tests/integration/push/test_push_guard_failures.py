"""Failures around a push: malformed messages, denied and failing calls, missing images."""

import json
from typing import TYPE_CHECKING

import pytest

from platform_guard_cli.replay.emulator import drain
from platform_guard_emulator import Deployment, LocalAws
from tests.support.registry import (
    MAC_BUILD,
    PLAIN_AMD64,
    marks,
    push,
    push_event,
    send,
    tags,
)

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


def without(event: dict[str, object], key: str) -> str:
    return json.dumps({name: value for name, value in event.items() if name != key})


BAD_MESSAGES = {
    "not JSON": "{",
    "not an object": "[]",
    "nested 10,000 deep": "[" * 10_000 + "]" * 10_000,
    "no detail": without(push_event(f"sha256:{'a' * 64}"), "detail"),
    "a list as detail": json.dumps(push_event(f"sha256:{'a' * 64}") | {"detail": []}),
    "no account": without(push_event(f"sha256:{'a' * 64}"), "account"),
    "a shortened digest": json.dumps(push_event("sha256:7f5b2640")),
    "a digest of numbers": json.dumps(
        push_event(f"sha256:{'a' * 64}")
        | {
            "detail": {
                "action-type": "PUSH",
                "result": "SUCCESS",
                "repository-name": 7,
                "image-digest": 7,
                "image-tag": "1",
            }
        }
    ),
}


@pytest.mark.parametrize("body", BAD_MESSAGES.values(), ids=BAD_MESSAGES.keys())
def test_a_malformed_message_becomes_a_dead_letter_and_blocks_no_other(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient", body: str
) -> None:
    send(aws, guard, body)
    push(aws, MAC_BUILD)

    outcomes = drain(guard)

    assert [outcome.verdict for outcome in outcomes if outcome.verdict] == ["missing-platform"]
    assert len(marks(ecr)) == 1
    assert list(guard.dead_letters().values()) == [[body]]


@pytest.mark.usefixtures("ecr")
@pytest.mark.parametrize(
    "event",
    [
        push_event(f"sha256:{'a' * 64}", repository="gone/repository"),
        push_event(f"sha256:{'a' * 64}"),
    ],
    ids=["the repository is gone", "the image is gone"],
)
def test_a_push_of_a_missing_image_is_superseded(
    aws: LocalAws, guard: Deployment, event: dict[str, object]
) -> None:
    aws.emit(event)

    assert [outcome.status for outcome in drain(guard)] == ["superseded"]
    assert guard.dead_letters() == {}


@pytest.mark.parametrize(
    "operation", ["BatchGetImage", "GetDownloadUrlForLayer", "PutImage", "Publish", "PutItem"]
)
@pytest.mark.parametrize("error", ["ThrottlingException", "ServerException"])
def test_a_push_survives_a_transient_failure_of_any_call_and_is_reported_once(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient", operation: str, error: str
) -> None:
    aws.fail(operation, error)
    push(aws, "docker26classic-build-push-arm64")

    drain(guard)

    assert len(marks(ecr)) == 1
    assert len(guard.alerts()) == 1
    assert guard.dead_letters() == {}


def test_a_mark_that_ecr_refuses_is_reported_in_the_alert(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient"
) -> None:
    aws.fail("PutImage", "LimitExceededException")
    push(aws, MAC_BUILD)

    drain(guard)

    assert tags(ecr) == {"1.0"}
    (alert,) = guard.alerts()
    assert "ECR refused the mark" in alert.texts["email"]
    assert "LimitExceededException" in alert.texts["email"]


def test_a_push_that_can_never_be_read_moves_to_the_dead_letter_queue(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient"
) -> None:
    aws.fail("BatchGetImage", "AccessDeniedException", times=100)
    push(aws, MAC_BUILD)

    drain(guard)

    ((letter,),) = guard.dead_letters().values()
    assert json.loads(letter)["detail"]["repository-name"] == "shop/api"
    assert tags(ecr) == {"1.0"}


def test_a_failing_push_in_a_batch_does_not_block_the_others(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient"
) -> None:
    for number in range(4):
        push(aws, MAC_BUILD, tag=f"bad-{number}")
        send(aws, guard, "no event at all")
        push(aws, PLAIN_AMD64, tag=f"good-{number}")

    drain(guard)

    assert len(marks(ecr)) == 4
    (alert,) = guard.alerts()
    assert "and 3 more tags" in alert.texts["default"]
    assert list(guard.dead_letters().values()) == [["no event at all"] * 4]
