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
    "a task by what its tag was": (
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
    "the image was not seen": (
        protection_snapshot(THROTTLED),
        "it could not be checked what ECR says about it (the image in ECR: ThrottlingException)",
    ),
    "its children were not seen": (
        protection_snapshot(children=THROTTLED),
        "it could not be checked which images it leads to (the image in ECR: ThrottlingException)",
    ),
    "indexes were not seen": (
        protection_snapshot(listings=THROTTLED),
        "it could not be checked whether an index lists it (the image in ECR: ThrottlingException)",
    ),
    "functions were not seen": (
        protection_snapshot(uses=((), DENIED)),
        "it could not be checked who runs it (the functions of AWS Lambda: AccessDeniedException)",
    ),
}


@pytest.mark.parametrize(("seen", "reason"), PROTECTED.values(), ids=PROTECTED)
def test_a_protected_image_is_left_alone_for_a_reason(
    seen: ProtectionSnapshot, reason: str
) -> None:
    assert blocking_reasons(PUSH, seen) == (reason,)


def test_an_image_that_is_gone_needs_nothing() -> None:
    assert blocking_reasons(PUSH, replace(protection_snapshot(), state=None)) == (
        "it is gone already",
    )


FREE: dict[str, ProtectionSnapshot] = {
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


@pytest.mark.parametrize("seen", FREE.values(), ids=FREE)
def test_nothing_else_protects_an_image(seen: ProtectionSnapshot) -> None:
    assert blocking_reasons(PUSH, seen) == ()


def test_every_reason_is_told() -> None:
    seen = protection_snapshot(state("stable", last_pulled_at=PULLED_AT), uses=(DENIED, DENIED))

    assert len(blocking_reasons(PUSH, seen)) == 4
