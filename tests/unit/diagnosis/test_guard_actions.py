"""What the ledger says of an image that a task could not pull."""

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


def test_a_deed_says_when_what_and_why() -> None:
    assert guard_history_of(IMAGE, [QUARANTINED]) == (
        GuardAction(
            "2026-11-24T09:03:00Z",
            "quarantined: its tag 1.4.3 was removed",
            "it contains only linux/arm64; linux/amd64 is required",
            took_it_away=True,
        ),
    )


@pytest.mark.parametrize(
    ("wanted", "is_told"),
    [
        pytest.param(Reference(REPOSITORY, "1.4.3"), True, id="the tag"),
        pytest.param(Reference(REPOSITORY, "", DIGEST), True, id="the digest"),
        pytest.param(Reference(REPOSITORY, "1.4.3", OTHER_DIGEST), True, id="what the tag was"),
        pytest.param(Reference(REPOSITORY, "1.4.2"), False, id="another tag"),
        pytest.param(Reference(REPOSITORY, "", OTHER_DIGEST), False, id="another digest"),
        pytest.param(
            Reference(replace(REPOSITORY, region="us-east-1"), "1.4.3", DIGEST),
            False,
            id="another region",
        ),
    ],
)
def test_what_was_done_under_its_tag_or_to_its_digest_is_told(
    wanted: Reference, is_told: bool
) -> None:
    assert bool(guard_history_of(wanted, [QUARANTINED])) is is_told


@pytest.mark.parametrize(
    ("changes", "took_it_away"),
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
def test_only_what_stands_took_the_image_away(
    changes: dict[str, Remedy | State], took_it_away: bool
) -> None:
    (action,) = guard_history_of(IMAGE, [replace(QUARANTINED, **changes)])  # type: ignore[arg-type]

    assert action.took_it_away is took_it_away


def test_the_latest_few_are_told_the_oldest_of_them_first() -> None:
    newest_first = [
        replace(QUARANTINED, at=f"2026-11-{day:02}T09:00:00Z") for day in (9, 8, 7, 6, 5, 4)
    ]

    actions = guard_history_of(IMAGE, newest_first)

    assert [action.at[8:10] for action in actions] == ["05", "06", "07", "08", "09"]


def test_what_has_only_begun_says_nothing_yet() -> None:
    assert (
        guard_history_of(IMAGE, [replace(QUARANTINED, state=State.IN_PROGRESS, sentence="")]) == ()
    )
