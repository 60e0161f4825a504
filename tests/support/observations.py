"""Pushed images with a finding, protection snapshots, and policies with destructive remedies."""

from datetime import UTC, datetime

from platform_guard.policy.policy import Policy, Remedy
from platform_guard.policy.verdict import Finding, Verdict
from platform_guard.registry.images import ImageState, ImageStatus
from platform_guard.registry.mark import mark_for
from platform_guard.registry.push_event import Push
from platform_guard.registry.reference import Reference, Repository
from platform_guard.remediation.protection import ProtectionSnapshot, Use
from platform_guard.unavailable import Unavailable

REPOSITORY = Repository("123456789012", "eu-central-1", "shop/api")
DIGEST, CHILD, SHARED, INDEX = (f"sha256:{byte * 32}" for byte in ("c3", "a1", "b2", "d4"))
PUSH = Push("event-1", "2026-11-24T09:00:00Z", Reference(REPOSITORY, "1.4.2", DIGEST))
MARK = mark_for(Finding.MISSING_PLATFORM, "1.4.2", DIGEST)
MISSING = Verdict(Finding.MISSING_PLATFORM, "it contains only linux/arm64; linux/amd64 is required")

PUSHED_AT = datetime(2026, 11, 24, 8, 59, 59, tzinfo=UTC)
DENIED = Unavailable("the functions of AWS Lambda", "AccessDeniedException")


def policy_of(remedy: Remedy, grace_seconds: int = 0) -> Policy:
    return Policy(remedies=dict.fromkeys(Finding, remedy), grace_seconds=grace_seconds)


def state(
    *further_tags: str,
    pushed_at: datetime = PUSHED_AT,
    last_pulled_at: datetime | None = None,
    status: ImageStatus = ImageStatus.ACTIVE,
) -> ImageState:
    return ImageState((PUSH.image.tag, *further_tags), pushed_at, last_pulled_at, status)


def protection_snapshot(
    image: ImageState | Unavailable | None = None,
    *,
    children: tuple[str, ...] | Unavailable = (),
    listings: dict[str, tuple[str, ...]] | Unavailable | None = None,
    uses: tuple[tuple[Use, ...] | Unavailable, ...] = ((), ()),
    can_be_kept: bool = True,
) -> ProtectionSnapshot:
    """Return a snapshot of an image that only the arguments protect."""
    return ProtectionSnapshot(image or state(), children, listings or {}, uses, can_be_kept)
