"""Ledger entries about an image that a task could not pull."""

from dataclasses import replace

import pytest

from platform_guard.diagnosis.evidence.guard_actions import guard_history_of
from platform_guard.diagnosis.evidence.model import GuardAction
from platform_guard.oci.image import Kind
from platform_guard.policy.policy import Remedy
from platform_guard.policy.verdict import Finding
from platform_guard.registry.reference import Reference, Repository
from platform_guard.remediation.ledger import Entry, State

REPOSITORY = Repository("123456789012", "eu-central-1", "shop/api")
DIGEST, OTHER_DIGEST = f"sha256:{'5e' * 32}", f"sha256:{'6f' * 32}"
IMAGE = Reference(REPOSITORY, "1.4.3", DIGEST)

QUARANTINED = Entry(
    id="0123456789abcdef",
    at="2026-11-24T09:03:00Z",
    actor="arn:aws:iam::123456789012:role/guard",
    image=IMAGE,
    pushed="2026-11-24T09:02:40Z",
    finding=Finding.MISSING_PLATFORM,
    reason="it contains only linux/arm64; linux/amd64 is required",
    kind=Kind.IMAGE,
    platforms=("linux/arm64",),
    fails_on=("linux/amd64",),
    rule="the default",
    wanted=Remedy.QUARANTINE,
    remedy=Remedy.QUARANTINE,
    mark="platform-guard.missing-platform.1.4.3.5e5e5e5e5e5e",
    state=State.DONE,
    sentence="quarantined: its tag 1.4.3 was removed",
)


def test_an_action_has_time_sentence_and_reason() -> None:
    assert guard_history_of(IMAGE, [QUARANTINED]) == (
        GuardAction(
            "2026-11-24T09:03:00Z",
            "quarantined: its tag 1.4.3 was removed",
            "it contains only linux/arm64; linux/amd64 is required",
            made_unavailable=True,
        ),
    )


@pytest.mark.parametrize(
    ("pulled", "is_listed"),
    [
        pytest.param(Reference(REPOSITORY, "1.4.3"), True, id="the tag"),
        pytest.param(Reference(REPOSITORY, "", DIGEST), True, id="the digest"),
        pytest.param(
            Reference(REPOSITORY, "1.4.3", OTHER_DIGEST), True, id="the tag before it moved"
        ),
        pytest.param(Reference(REPOSITORY, "1.4.2"), False, id="another tag"),
        pytest.param(Reference(REPOSITORY, "", OTHER_DIGEST), False, id="another digest"),
        pytest.param(
            Reference(replace(REPOSITORY, region="us-east-1"), "1.4.3", DIGEST),
            False,
            id="another region",
        ),
    ],
)
def test_actions_on_the_tag_or_the_digest_are_listed(pulled: Reference, is_listed: bool) -> None:
    assert bool(guard_history_of(pulled, [QUARANTINED])) is is_listed


@pytest.mark.parametrize(
    ("changes", "made_unavailable"),
    [
        ({"remedy": Remedy.QUARANTINE}, True),
        ({"remedy": Remedy.ARCHIVE}, True),
        ({"remedy": Remedy.DELETE}, True),
        ({"remedy": Remedy.TAG}, False),
        ({"state": State.UNDONE}, False),
        ({"state": State.WAITING}, False),
        ({"state": State.CANCELED}, False),
    ],
    ids=str,
)
def test_only_a_completed_destructive_remedy_made_the_image_unavailable(
    changes: dict[str, Remedy | State], made_unavailable: bool
) -> None:
    (action,) = guard_history_of(IMAGE, [replace(QUARANTINED, **changes)])  # type: ignore[arg-type]

    assert action.made_unavailable is made_unavailable


def test_the_latest_actions_are_listed_oldest_first() -> None:
    entries = [replace(QUARANTINED, at=f"2026-11-{day:02}T09:00:00Z") for day in (9, 8, 7, 6, 5, 4)]

    actions = guard_history_of(IMAGE, entries)

    assert [action.at[8:10] for action in actions] == ["05", "06", "07", "08", "09"]


def test_an_entry_in_progress_is_not_listed() -> None:
    assert (
        guard_history_of(IMAGE, [replace(QUARANTINED, state=State.IN_PROGRESS, sentence="")]) == ()
    )
