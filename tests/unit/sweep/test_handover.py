"""Findings that the sweep enqueues as push events."""

from platform_guard.policy.policy import Policy
from platform_guard.registry.push_event import Push, parse_push
from platform_guard.registry.reference import Reference, Repository
from platform_guard.sweep.evaluation import Candidate
from platform_guard.sweep.queues import (
    AUDIT,
    SWEEP,
    enqueue_delay_seconds,
    flagged_images,
    push_event,
)

REPOSITORY = Repository("123456789012", "eu-central-1", "shop/api")
DIGEST = f"sha256:{'ab' * 32}"
CANDIDATE = Candidate(REPOSITORY, DIGEST, ("1.0", "latest"), (), 1_764_028_800.0, Policy())


def test_each_tag_of_a_candidate_parses_as_a_push_with_its_trigger() -> None:
    pushes = [parse_push(push_event(image, SWEEP, "policy")) for image in flagged_images(CANDIDATE)]

    assert [push.image for push in pushes if isinstance(push, Push)] == [
        Reference(REPOSITORY, tag, DIGEST) for tag in ("1.0", "latest")
    ]
    assert {push.trigger for push in pushes if isinstance(push, Push)} == {SWEEP}
    assert {push.time for push in pushes if isinstance(push, Push)} == {"2025-11-25T00:00:00Z"}


def test_event_ids_are_equal_for_the_same_finding_only() -> None:
    first, second = flagged_images(CANDIDATE)
    ids = [
        push_event(first, SWEEP, "policy")["id"],
        push_event(second, SWEEP, "policy")["id"],
        push_event(first, SWEEP, "another policy")["id"],
        push_event(first, AUDIT, "policy")["id"],
    ]

    assert len(set(ids)) == 4
    assert push_event(first, SWEEP, "policy")["id"] == ids[0]


def test_enqueue_delays_stay_within_the_ecr_request_quota() -> None:
    delays = [enqueue_delay_seconds(number) for number in range(10_000)]

    assert delays[:6] == [0, 0, 0, 0, 0, 1]
    assert max(delays) == 900
