from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from platform_guard.registry.images import ImageStatus
from platform_guard.remediation.protection import ProtectionSnapshot, Use
from platform_guard.remediation.safety_checks import blocking_reasons
from platform_guard.unavailable import Unavailable
from tests.support.observations import (
    CHILD,
    DENIED,
    DIGEST,
    INDEX,
    MARK,
    PUSH,
    PUSHED_AT,
    REPOSITORY,
    protection_snapshot,
    state,
)

THROTTLED = Unavailable("the image in ECR", "ThrottlingException")
EVENT_AT = datetime.fromisoformat(PUSH.time)
PULLED_AT = datetime(2026, 11, 24, 9, 3, tzinfo=UTC)
BY_TAG = f"{REPOSITORY.uri}:1.4.2"
BY_DIGEST = f"{REPOSITORY.uri}@{DIGEST}"
API, JOB = "the service api in shop", "the task 7f5b in batch"

PROTECTED: dict[str, tuple[ProtectionSnapshot, str]] = {
    "another tag": (protection_snapshot(state("stable")), "it also has the tag stable"),
    "more tags": (
        protection_snapshot(state("a", "b", "c", "d")),
        "it also has the tags a, b, c and 1 more",
    ),
    "stored long before": (
        protection_snapshot(state(pushed_at=PUSHED_AT - timedelta(hours=1))),
        "it was stored before this push, on 2026-11-24T07:59:59Z",
    ),
    "stored 61 s before": (
        protection_snapshot(state(pushed_at=EVENT_AT - timedelta(seconds=61))),
        "it was stored before this push, on 2026-11-24T08:58:59Z",
    ),
    "pulled": (
        protection_snapshot(state(last_pulled_at=PULLED_AT)),
        "ECR has noted a pull of it, on 2026-11-24T09:03:00Z",
    ),
    "archived": (protection_snapshot(state(status=ImageStatus.ARCHIVED)), "it is archived already"),
    "being restored": (
        protection_snapshot(state(status=ImageStatus.ACTIVATING)),
        "it is being restored from the archive",
    ),
    "listed by an index": (
        protection_snapshot(listings={DIGEST: (INDEX,)}),
        f"it is listed by the index {INDEX[:19]}",
    ),
    "a task by digest": (
        protection_snapshot(uses=((Use(JOB, BY_DIGEST, DIGEST),), ())),
        f"it is used by {JOB}",
    ),
    "a task by its former tag": (
        protection_snapshot(uses=((Use(JOB, f"{REPOSITORY.uri}:old", DIGEST),), ())),
        f"it is used by {JOB}",
    ),
    "a deployment by tag": (
        protection_snapshot(uses=((Use(API, BY_TAG),), ())),
        f"it is used by {API}",
    ),
    "a function": (
        protection_snapshot(uses=((), (Use("the function resize", BY_TAG, DIGEST),))),
        "it is used by the function resize",
    ),
    "a child that runs": (
        protection_snapshot(
            children=(CHILD,),
            listings={CHILD: (DIGEST,)},
            uses=((Use(JOB, BY_DIGEST, CHILD), Use(JOB, BY_DIGEST, CHILD)), ()),
        ),
        f"it is used by {JOB}",
    ),
    "too large to be kept": (
        protection_snapshot(can_be_kept=False),
        "its manifests are too large to be kept, so that nobody could undo it",
    ),
    "the image lookup failed": (
        protection_snapshot(THROTTLED),
        "it could not be checked what ECR says about it (the image in ECR: ThrottlingException)",
    ),
    "the lookup of its children failed": (
        protection_snapshot(children=THROTTLED),
        "it could not be checked which images it leads to (the image in ECR: ThrottlingException)",
    ),
    "the lookup of indexes failed": (
        protection_snapshot(listings=THROTTLED),
        "it could not be checked whether an index lists it (the image in ECR: ThrottlingException)",
    ),
    "the lookup of functions failed": (
        protection_snapshot(uses=((), DENIED)),
        "it could not be checked who runs it (the functions of AWS Lambda: AccessDeniedException)",
    ),
}


@pytest.mark.parametrize(("snapshot", "reason"), PROTECTED.values(), ids=PROTECTED)
def test_each_protection_blocks_with_its_reason(snapshot: ProtectionSnapshot, reason: str) -> None:
    assert blocking_reasons(PUSH, snapshot) == (reason,)


def test_a_missing_image_is_a_blocking_reason() -> None:
    assert blocking_reasons(PUSH, replace(protection_snapshot(), state=None)) == (
        "it is gone already",
    )


UNPROTECTED: dict[str, ProtectionSnapshot] = {
    "nothing protects it": protection_snapshot(),
    "marks do not count": protection_snapshot(state(MARK)),
    "stored 60 s before": protection_snapshot(state(pushed_at=EVENT_AT - timedelta(seconds=60))),
    "children of its own": protection_snapshot(children=(CHILD,), listings={CHILD: (DIGEST,)}),
    "another index": protection_snapshot(listings={CHILD: (INDEX,)}),
    "another image is used": protection_snapshot(
        uses=((Use(API, f"{REPOSITORY.uri}:1.4.1", CHILD), Use(API, "redis:7")), ())
    ),
    "the same tag elsewhere": protection_snapshot(
        uses=((Use(API, BY_TAG.replace("shop/api", "shop/web")),), ())
    ),
    "the same tag in another region": protection_snapshot(
        uses=((Use(API, BY_TAG.replace("eu-central-1", "us-east-1")),), ())
    ),
}


@pytest.mark.parametrize("snapshot", UNPROTECTED.values(), ids=UNPROTECTED)
def test_an_unprotected_image_has_no_blocking_reasons(snapshot: ProtectionSnapshot) -> None:
    assert blocking_reasons(PUSH, snapshot) == ()


def test_all_blocking_reasons_are_returned() -> None:
    snapshot = protection_snapshot(state("stable", last_pulled_at=PULLED_AT), uses=(DENIED, DENIED))

    assert len(blocking_reasons(PUSH, snapshot)) == 4
