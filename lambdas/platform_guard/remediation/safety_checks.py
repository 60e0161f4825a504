"""Decides what blocks a destructive remedy. A failed lookup blocks it too."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from platform_guard.registry.images import ImageState, ImageStatus
from platform_guard.registry.mark import is_mark
from platform_guard.registry.push_event import Push
from platform_guard.remediation.protection import ProtectionSnapshot, Use
from platform_guard.unavailable import Unavailable

# The event follows the push within seconds. An image that was stored earlier only got another
# tag, and workloads may use it by digest.
_PUSH_TAKES = timedelta(seconds=60)

_LISTED = 3
_DIGEST_SHOWN = len("sha256:") + 12


def blocking_reasons(
    push: Push, snapshot: ProtectionSnapshot, cache_prefix: str | Unavailable = ""
) -> tuple[str, ...]:
    """Return a clause for each reason that blocks a destructive remedy.

    Clauses that begin with `it could not be checked` report a failed lookup.
    """
    found = _blocking_reasons(push, snapshot)
    if isinstance(cache_prefix, Unavailable):
        return (*found, may_be_cached(cache_prefix))
    return tuple(found)


def signs_of_use(pushed: str, state: ImageState) -> Iterator[str]:
    """Yield a clause for each sign that a workload uses an image by digest.

    `pushed` is the time of the push event of the image or of an index that lists it, RFC 3339.
    """
    if state.pushed_at < datetime.fromisoformat(pushed) - _PUSH_TAKES:
        yield f"it was stored before this push, on {_time(state.pushed_at)}"
    # ECR records a pull within a day. The guard's own reads cannot be told apart from others, so
    # any recorded pull protects the image.
    if state.last_pulled_at is not None:
        yield f"ECR has noted a pull of it, on {_time(state.last_pulled_at)}"


def may_be_cached(unavailable: Unavailable) -> str:
    """Return a clause: the pull-through cache rules could not be checked."""
    return _unchecked("whether a pull-through cache fills the repository", unavailable)


def _blocking_reasons(push: Push, snapshot: ProtectionSnapshot) -> Iterator[str]:
    match snapshot.state:
        case Unavailable() as unavailable:
            yield _unchecked("what ECR says about it", unavailable)
        case None:
            yield "it is gone already"
        case ImageState() as state:
            yield from _by_state(push, state)
    yield from _by_indexes(push, snapshot)
    digests = frozenset({push.image.digest, *_children(snapshot)})
    for look_up in snapshot.uses:
        match look_up:
            case Unavailable() as unavailable:
                yield _unchecked("who runs it", unavailable)
            case uses:
                yield from _by_uses(push, uses, digests)
    if not snapshot.can_be_kept:
        yield "its manifests are too large to be kept, so that nobody could undo it"


def _by_state(push: Push, state: ImageState) -> Iterator[str]:
    others = [tag for tag in state.tags if tag != push.image.tag and not is_mark(tag)]
    if others:
        yield f"it also has the {_plural('tag', others)} {_listed(others)}"
    yield from signs_of_use(push.time, state)
    match state.status:
        case ImageStatus.ACTIVE:
            pass
        case ImageStatus.ARCHIVED:
            yield "it is archived already"
        case ImageStatus.ACTIVATING:
            yield "it is being restored from the archive"


def _by_indexes(push: Push, snapshot: ProtectionSnapshot) -> Iterator[str]:
    if isinstance(snapshot.children, Unavailable):
        yield _unchecked("which images it leads to", snapshot.children)
    match snapshot.listings:
        case Unavailable() as unavailable:
            yield _unchecked("whether an index lists it", unavailable)
        case listings:
            indexes = [index[:_DIGEST_SHOWN] for index in listings.get(push.image.digest, ())]
            if indexes:
                yield f"it is listed by the {_plural('index', indexes)} {_listed(indexes)}"


def _by_uses(push: Push, uses: tuple[Use, ...], digests: frozenset[str]) -> Iterator[str]:
    users = dict.fromkeys(use.user for use in uses if use.concerns(push.image, digests))
    if users:
        yield f"it is used by {_listed(list(users))}"


def _children(snapshot: ProtectionSnapshot) -> tuple[str, ...]:
    return () if isinstance(snapshot.children, Unavailable) else snapshot.children


def _unchecked(question: str, unavailable: Unavailable) -> str:
    return f"it could not be checked {question} ({unavailable.what}: {unavailable.why})"


def _plural(noun: str, items: Sequence[str]) -> str:
    if len(items) == 1:
        return noun
    return "indexes" if noun == "index" else f"{noun}s"


def _listed(items: Sequence[str]) -> str:
    more = len(items) - _LISTED
    shown = ", ".join(items[:_LISTED])
    return f"{shown} and {more} more" if more > 0 else shown


def _time(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
