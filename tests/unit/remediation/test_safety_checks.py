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
    observed,
    state,
)

THROTTLED = Unavailable("the image in ECR", "ThrottlingException")
PULLED_AT = datetime(2026, 11, 24, 9, 3, tzinfo=UTC)
BY_TAG = f"{REPOSITORY.uri}:1.4.2"
BY_DIGEST = f"{REPOSITORY.uri}@{DIGEST}"
API, JOB = "the service api in shop", "the task 7f5b in batch"

PROTECTED: dict[str, tuple[ProtectionSnapshot, str]] = {
    "another tag": (observed(state("stable")), "it also has the tag stable"),
    "more tags": (
        observed(state("a", "b", "c", "d")),
        "it also has the tags a, b, c and 1 more",
    ),
    "stored long before": (
        observed(state(pushed_at=PUSHED_AT - timedelta(hours=1))),
        "it was stored before this push, on 2026-11-24T07:59:59Z",
    ),
    "pulled": (
        observed(state(last_pulled_at=PULLED_AT)),
        "ECR has noted a pull of it, on 2026-11-24T09:03:00Z",
    ),
    "archived": (observed(state(status=ImageStatus.ARCHIVED)), "it is archived already"),
    "being restored": (
        observed(state(status=ImageStatus.ACTIVATING)),
        "it is being restored from the archive",
    ),
    "listed by an index": (
        observed(listings={DIGEST: (INDEX,)}),
        f"it is listed by the index {INDEX[:19]}",
    ),
    "a task by digest": (
        observed(uses=((Use(JOB, BY_DIGEST, DIGEST),), ())),
        f"it is used by {JOB}",
    ),
    "a task by what its tag was": (
        observed(uses=((Use(JOB, f"{REPOSITORY.uri}:old", DIGEST),), ())),
        f"it is used by {JOB}",
    ),
    "a deployment by tag": (observed(uses=((Use(API, BY_TAG),), ())), f"it is used by {API}"),
    "a function": (
        observed(uses=((), (Use("the function resize", BY_TAG, DIGEST),))),
        "it is used by the function resize",
    ),
    "a child that runs": (
        observed(
            children=(CHILD,),
            listings={CHILD: (DIGEST,)},
            uses=((Use(JOB, BY_DIGEST, CHILD), Use(JOB, BY_DIGEST, CHILD)), ()),
        ),
        f"it is used by {JOB}",
    ),
    "too large to be kept": (
        observed(can_be_kept=False),
        "its manifests are too large to be kept, so that nobody could undo it",
    ),
    "the image was not seen": (
        observed(THROTTLED),
        "it could not be checked what ECR says about it (the image in ECR: ThrottlingException)",
    ),
    "its children were not seen": (
        observed(children=THROTTLED),
        "it could not be checked which images it leads to (the image in ECR: ThrottlingException)",
    ),
    "indexes were not seen": (
        observed(listings=THROTTLED),
        "it could not be checked whether an index lists it (the image in ECR: ThrottlingException)",
    ),
    "functions were not seen": (
        observed(uses=((), DENIED)),
        "it could not be checked who runs it (the functions of AWS Lambda: AccessDeniedException)",
    ),
}


@pytest.mark.parametrize(("seen", "reason"), PROTECTED.values(), ids=PROTECTED)
def test_a_protected_image_is_left_alone_for_a_reason(
    seen: ProtectionSnapshot, reason: str
) -> None:
    assert blocking_reasons(PUSH, seen) == (reason,)


def test_an_image_that_is_gone_needs_nothing() -> None:
    assert blocking_reasons(PUSH, replace(observed(), state=None)) == ("it is gone already",)


FREE: dict[str, ProtectionSnapshot] = {
    "nothing protects it": observed(),
    "marks do not count": observed(state(MARK)),
    "stored moments before": observed(state(pushed_at=PUSHED_AT - timedelta(seconds=50))),
    "children of its own": observed(children=(CHILD,), listings={CHILD: (DIGEST,)}),
    "another index": observed(listings={CHILD: (INDEX,)}),
    "another image is used": observed(
        uses=((Use(API, f"{REPOSITORY.uri}:1.4.1", CHILD), Use(API, "redis:7")), ())
    ),
    "the same tag elsewhere": observed(
        uses=((Use(API, BY_TAG.replace("shop/api", "shop/web")),), ())
    ),
    "the same tag in another region": observed(
        uses=((Use(API, BY_TAG.replace("eu-central-1", "us-east-1")),), ())
    ),
}


@pytest.mark.parametrize("seen", FREE.values(), ids=FREE)
def test_nothing_else_protects_an_image(seen: ProtectionSnapshot) -> None:
    assert blocking_reasons(PUSH, seen) == ()


def test_every_reason_is_told() -> None:
    seen = observed(state("stable", last_pulled_at=PULLED_AT), uses=(DENIED, DENIED))

    assert len(blocking_reasons(PUSH, seen)) == 4
