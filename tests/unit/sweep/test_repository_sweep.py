"""The sweep of a repository: remembered images, reported findings and its messages."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.event import EventError
from platform_guard.fingerprint import fingerprint
from platform_guard.policy.policy import IndexRule, Policy, Remedy
from platform_guard.policy.verdict import Finding
from platform_guard.registry.images import ListedImage
from platform_guard.registry.mark import mark_for
from platform_guard.registry.reference import Repository
from platform_guard.sweep.evaluated_images import (
    KEY_BYTES,
    KEYS_PER_ITEM,
    evaluated_key,
    image_key,
    pack,
    unpack,
)
from platform_guard.sweep.evaluation import Candidate
from platform_guard.sweep.messages import Start, divide, parse_message, render_part, render_start
from platform_guard.sweep.repository_sweep import (
    RepositorySweep,
    SweptRepository,
    evaluated_candidate_key,
    pending_candidate_key,
)
from tests.support.images import Blob, image, index, listed_image
from tests.unit.oci.test_bulk_reader import BulkMemory, bulk

REPOSITORY = Repository("123456789012", "eu-central-1", "shop/api")
GOOD, BAD = image("linux/amd64"), image("linux/arm64")
PUSHED, NOW = 1000.0, 5000.0
FORBID = Policy(index_rule=IndexRule.FORBID)


def policy_with(remedy: Remedy) -> Policy:
    return Policy(remedies=dict.fromkeys(Finding, remedy))


def listed_as(blob: Blob, *tags: str, pushed_at: float = PUSHED) -> ListedImage:
    return ListedImage(blob.digest, tags or ("1.0",), pushed_at)


@dataclass
class Swept:
    result: SweptRepository
    store: BulkMemory

    @property
    def found(self) -> list[str]:
        return [evaluated.candidate.digest for evaluated in self.result.missed]

    @property
    def changed(self) -> list[str]:
        return [evaluated.candidate.digest for evaluated in self.result.changed]

    @property
    def to_remedy(self) -> list[str]:
        return [candidate.digest for candidate in self.result.to_remedy]

    @property
    def remembered(self) -> frozenset[bytes]:
        """The keys that the next sweep knows after all findings were enqueued."""
        return self.result.keys | set(map(evaluated_candidate_key, self.result.to_remedy))


def sweep(
    *pages: Sequence[ListedImage],
    known: frozenset[bytes] = frozenset(),
    policy: Policy = Policy(),  # noqa: B008 (it is frozen)
    notified: Mapping[str, Policy] | None = None,
    has_time: bool = True,
) -> Swept:
    store = bulk(GOOD, BAD)
    policies = {digest: [fingerprint(by)] for digest, by in (notified or {}).items()}

    def reported_under(candidate: Candidate) -> Collection[str]:
        return policies.get(candidate.digest, ())

    one = RepositorySweep(REPOSITORY, lambda *_: policy, store, known, reported_under, NOW)
    tokens = [str(number) for number in range(1, len(pages))]
    with_tokens = zip(pages, [*tokens, None], strict=True)
    return Swept(one.sweep(with_tokens, lambda: has_time), store)


def test_new_images_are_evaluated_and_findings_are_reported() -> None:
    swept = sweep([listed_as(GOOD, "good"), listed_as(BAD, "bad")])

    assert swept.found == swept.to_remedy == [BAD.digest]
    assert swept.result.evaluated == swept.result.first_seen == 2
    assert len(swept.remembered) == 4


def test_a_remembered_image_is_neither_read_nor_reported() -> None:
    first = sweep([listed_as(GOOD), listed_as(BAD)])

    second = sweep([listed_as(GOOD), listed_as(BAD)], known=first.remembered)

    assert second.found == second.to_remedy == []
    assert second.result.remembered == 2
    assert second.result.keys == first.remembered
    assert second.store.calls == [("documents",)]


def test_a_pending_finding_is_enqueued_without_reading_it() -> None:
    first = sweep([listed_as(GOOD), listed_as(BAD)])
    waiting = first.result.keys | set(map(pending_candidate_key, first.result.to_remedy))

    second = sweep([listed_as(GOOD), listed_as(BAD)], known=waiting)

    assert second.found == second.changed == []
    assert second.to_remedy == [BAD.digest]
    assert second.store.calls == [("documents",)]


def test_a_changed_policy_evaluates_every_image_again_and_counts_none_as_missed() -> None:
    first = sweep([listed_as(GOOD), listed_as(BAD)])

    second = sweep([listed_as(GOOD), listed_as(BAD)], known=first.remembered, policy=FORBID)

    assert (second.result.evaluated, second.result.first_seen) == (2, 0)
    assert second.found == []
    assert second.changed == second.to_remedy == [BAD.digest]


def test_a_deleted_image_is_forgotten() -> None:
    first = sweep([listed_as(GOOD), listed_as(BAD)])

    second = sweep([listed_as(GOOD)], known=first.remembered)

    assert len(second.result.keys) == 2


def test_a_recent_push_is_left_to_its_event_and_not_remembered() -> None:
    swept = sweep([listed_as(BAD, pushed_at=NOW)])

    assert swept.found == []
    assert swept.result.keys == frozenset()


@pytest.mark.parametrize("by", ["mark", "record"])
def test_a_finding_reported_by_the_push_guard_is_only_remembered(by: str) -> None:
    tags = ["1.0"]
    if by == "mark":
        tags.append(mark_for(Finding.MISSING_PLATFORM, "1.0", BAD.digest))

    swept = sweep(
        [listed_as(BAD, *tags)], notified={BAD.digest: Policy()} if by == "record" else {}
    )

    assert swept.found == swept.to_remedy == []
    assert len(swept.result.keys) == 2


@pytest.mark.parametrize(
    ("remedy", "notified_remedy", "is_marked", "is_remedied"),
    [
        (Remedy.ALERT, Remedy.ALERT, False, False),
        (Remedy.TAG, Remedy.ALERT, False, True),
        (Remedy.TAG, Remedy.ALERT, True, False),
        (Remedy.QUARANTINE, Remedy.TAG, True, True),
        (Remedy.QUARANTINE, Remedy.QUARANTINE, True, False),
    ],
)
def test_a_reported_finding_is_remediated_if_its_policy_has_a_stronger_remedy_now(
    remedy: Remedy, notified_remedy: Remedy, is_marked: bool, is_remedied: bool
) -> None:
    mark = mark_for(Finding.MISSING_PLATFORM, "1.0", BAD.digest)

    swept = sweep(
        [listed_as(BAD, "1.0", *([mark] if is_marked else []))],
        policy=policy_with(remedy),
        notified={BAD.digest: policy_with(notified_remedy)},
    )

    assert swept.found == swept.changed == []
    assert bool(swept.to_remedy) is is_remedied


def test_a_mark_of_another_finding_does_not_count() -> None:
    mark = mark_for(Finding.INDEX_ONLY, "1.0", BAD.digest)

    assert sweep([listed_as(BAD, "1.0", mark)]).found == [BAD.digest]


def test_a_sweep_without_time_left_returns_the_next_page() -> None:
    swept = sweep([listed_as(GOOD)], [listed_as(BAD)], has_time=False)

    assert swept.result.next_page == "1"
    assert swept.found == []


@pytest.mark.parametrize("was_evaluated_before", [False, True])
def test_an_unavailable_image_leaves_the_known_keys_unchanged(was_evaluated_before: bool) -> None:
    child = listed_image("linux/amd64")
    root = index(child, listed_image("linux/arm64"))
    known = frozenset({image_key(root.digest)} if was_evaluated_before else ())
    store = bulk(root)
    store.denied = frozenset({child.blob.digest})
    one = RepositorySweep(REPOSITORY, lambda *_: Policy(), store, known, lambda _: (), NOW)

    swept = one.sweep([([listed_as(root)], None)], lambda: True)

    assert len(swept.unavailable) == 1
    assert swept.keys == known


@given(st.sets(st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)))
def test_packed_keys_are_unpacked_unchanged(keys: set[bytes]) -> None:
    assert set(unpack(pack(keys))) == keys


def test_the_keys_of_the_largest_repository_fit_into_dynamodb_items() -> None:
    contents = pack(evaluated_key(f"sha256:{number}", "policy") for number in range(100_000))

    assert [len(content) for content in contents] == [
        KEYS_PER_ITEM * KEY_BYTES,
        KEYS_PER_ITEM * KEY_BYTES,
        20_000 * KEY_BYTES,
    ]
    assert all(len(content) < 400 * 1024 for content in contents)


def test_a_part_is_parsed_as_it_was_rendered() -> None:
    parts = list(divide("sweep-1", [f"app{number}" for number in range(60)]))

    assert [len(part.repositories) for part in parts] == [25, 25, 10]
    further = replace(parts[0], page="token", images=5, unavailable=("app0: gone",))
    assert parse_message(json.loads(render_part(further))) == further


def test_the_largest_part_fits_into_an_sqs_message() -> None:
    longest = "a" * 256  # ECR API, CreateRepository, repositoryName
    part = next(divide("sweep-1", [longest] * 25))
    lines = tuple(f"{longest}: 100 images: {'x' * 100}" for _ in range(25))

    assert len(render_part(replace(part, page="t" * 2000, unavailable=lines)).encode()) < 256 * 1024


def test_a_schedule_and_a_deployment_start_a_sweep() -> None:
    assert parse_message({"id": "event-1", "source": "aws.events"}) == Start("event-1")
    deployed = Start("event-2", is_deployment=True)
    assert parse_message({"id": "event-2", "source": "aws.cloudformation"}) == deployed


@pytest.mark.parametrize("is_deployment", [False, True])
def test_a_start_is_parsed_as_it_was_rendered(is_deployment: bool) -> None:
    start = Start("event-1", is_deployment)

    assert parse_message(json.loads(render_start(start))) == start


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {},
        {"sweep_part": 1},
        {"sweep_part": {"sweep_id": "1", "number": True, "repositories": []}},
        {"sweep_part": {"sweep_id": "1", "number": 0, "repositories": "a"}},
    ],
)
def test_an_invalid_sweep_message_is_rejected(message: object) -> None:
    with pytest.raises(EventError):
        parse_message(message)
