import json
from dataclasses import replace

from platform_guard.oci.image import Kind
from platform_guard.policy.policy import Remedy
from platform_guard.policy.verdict import Finding
from platform_guard.registry.reference import Reference
from platform_guard.remediation.grace_schedule import (
    expired_grace_entry,
    grace_message,
    schedule_name,
    tag_prefix,
)
from platform_guard.remediation.ledger import (
    Entry,
    State,
    entry_id,
    read_documents,
    read_entry,
    write_documents,
    write_entry,
)
from tests.support.images import image, index, listed_image
from tests.support.observations import MARK, PUSH, REPOSITORY

ENTRY = Entry(
    id=entry_id(PUSH.event_id, PUSH.image),
    at="2026-11-24T09:00:15Z",
    actor="arn:aws:lambda:eu-central-1:123456789012:function:push-guard",
    image=PUSH.image,
    pushed=PUSH.time,
    finding=Finding.MISSING_PLATFORM,
    reason="it contains only linux/arm64; linux/amd64 is required",
    kind=Kind.INDEX,
    platforms=("linux/arm64",),
    fails_on=("linux/amd64",),
    rule="guard.toml [remedies]",
    wanted=Remedy.DELETE,
    remedy=Remedy.TAG,
    mark=MARK,
    tags_before=("1.4.2",),
    blocked_by=("it also has the tag stable",),
    state=State.DONE,
)


def test_an_entry_round_trips_through_json() -> None:
    assert read_entry(json.loads(json.dumps(write_entry(ENTRY)))) == ENTRY


def test_manifests_round_trip_byte_for_byte() -> None:
    documents = (index(listed_image("linux/arm64")).stored, image("linux/arm64").stored)

    assert read_documents(write_documents(documents)) == documents


def test_an_entry_id_identifies_one_push() -> None:
    assert entry_id(PUSH.event_id, PUSH.image) == ENTRY.id
    assert entry_id("event-2", PUSH.image) != ENTRY.id
    assert entry_id(PUSH.event_id, replace(PUSH.image, tag="1.4.3")) != ENTRY.id


def test_a_schedule_name_fits_and_starts_with_the_prefix_of_its_tag() -> None:
    image_with_long_tag = Reference(REPOSITORY, "t" * 128, PUSH.image.digest)
    name = schedule_name(image_with_long_tag, ENTRY.id)

    assert len(name) <= 64
    assert name == tag_prefix(image_with_long_tag) + ENTRY.id
    assert not name.startswith(tag_prefix(PUSH.image))


def test_the_end_of_a_grace_period_is_distinguished_from_a_push_event() -> None:
    assert expired_grace_entry(json.loads(json.dumps(grace_message(ENTRY.id)))) == ENTRY.id
    assert expired_grace_entry({"detail-type": "ECR Image Action", "detail": {"entry": "x"}}) == ""
    assert expired_grace_entry([]) == ""
