"""The stored state of sweeps: one at a time, and counts are idempotent."""

from collections.abc import Iterator

import pytest

from platform_guard.aws.retry import RetryPolicy
from platform_guard.push.notified_findings import NotifiedFindings
from platform_guard.sweep.evaluated_images import EvaluatedState, evaluated_writes, read_evaluated
from platform_guard.sweep.messages import Part
from platform_guard.sweep.report import SweepFindings
from platform_guard.sweep.state import STALLED_SECONDS, SweepState
from platform_guard_emulator import LocalAws
from tests.support.clock import SecondsClock
from tests.support.state_table import TABLE, create_state_table

KEYS = frozenset({b"12345678", b"abcdefgh"})
PATIENCE = RetryPolicy(sleep=lambda _: None, random=lambda: 1.0)


@pytest.fixture
def aws() -> Iterator[LocalAws]:
    with LocalAws() as local:
        create_state_table(local.client("dynamodb"))
        yield local


@pytest.fixture
def clock() -> SecondsClock:
    return SecondsClock(1_000_000.0)


@pytest.fixture
def state(aws: LocalAws, clock: SecondsClock) -> SweepState:
    return SweepState(aws.client("dynamodb"), TABLE, clock, PATIENCE)


def part(number: int, sweep_id: str = "one") -> Part:
    return Part(sweep_id, number, (), images=10, unavailable=("app: denied",))


def test_one_sweep_at_a_time(state: SweepState) -> None:
    assert state.begin("one")
    assert not state.begin("two")
    assert state.begin("one")
    assert state.current_sweep_id() == "one"

    state.end("one")

    assert state.current_sweep_id() == ""
    assert state.begin("two")


def test_only_a_stalled_sweep_is_replaced(state: SweepState, clock: SecondsClock) -> None:
    state.begin("one")
    clock.now += STALLED_SECONDS - 1
    state.finish_part(part(0))
    clock.now += STALLED_SECONDS - 1
    assert not state.begin("two")

    clock.now += 2

    assert state.begin("two")


def test_the_start_of_the_first_sweep_is_stored(state: SweepState, clock: SecondsClock) -> None:
    first = clock.now
    state.begin("one")
    state.end("one")
    clock.now += 1000
    state.begin("two")

    assert state.first_sweep_started() == first


def test_a_part_counts_once(state: SweepState) -> None:
    state.begin("one")
    state.set_part_count("one", 2)

    for number in (0, 0, 1, 0):
        state.finish_part(part(number))

    report = state.report("one")
    assert report.is_complete
    assert (report.parts_done, report.images, report.unavailable) == (2, 20, 2)
    assert report.unavailable_lines == ("app: denied", "app: denied")


def test_the_number_of_stored_failed_lookups_is_limited(state: SweepState) -> None:
    state.begin("one")
    lines = tuple(f"app{number}: AccessDeniedException" for number in range(25))

    for number in range(20):
        state.finish_part(Part("one", number, (), unavailable=lines))

    report = state.report("one")
    assert report.unavailable == 20 * 25
    assert len(report.unavailable_lines) == 40


def test_a_sweep_without_a_part_count_is_not_complete(state: SweepState) -> None:
    state.begin("one")
    state.finish_part(part(0))

    assert not state.report("one").is_complete


def test_remedies_are_granted_up_to_the_limit(state: SweepState) -> None:
    state.begin("one")

    granted = [state.reserve_remedies("one", wanted, limit=10) for wanted in (4, 4, 4, 4)]

    assert granted == [(0, 4), (4, 4), (8, 2), (12, 0)]


def test_a_repository_recorded_by_two_processes_counts_once(
    state: SweepState, clock: SecondsClock
) -> None:
    state.begin("one")
    known = read_evaluated(state.client, TABLE, "shop/api")
    findings = SweepFindings({"missing-platform": 2}, evaluated=5, missed=1, lines=("app: bad",))

    def record() -> bool:
        writes = evaluated_writes(TABLE, "shop/api", known, KEYS, clock())
        return state.record_repository("one", writes, findings, known_lines=0)

    assert [record(), record()] == [True, False]

    report = state.report("one")
    assert (report.verdicts, report.evaluated, report.missed) == ({"missing-platform": 2}, 5, 1)
    assert report.lines == ("app: bad",)
    assert read_evaluated(state.client, TABLE, "shop/api").keys == KEYS


def test_evaluated_images_are_written_again_before_they_expire(
    state: SweepState, clock: SecondsClock
) -> None:
    writes = evaluated_writes(TABLE, "shop/api", EvaluatedState(), KEYS, clock())
    state.client.transact_write_items(TransactItems=writes)
    known = read_evaluated(state.client, TABLE, "shop/api")

    assert known.is_current(KEYS, clock())
    assert not known.is_current(frozenset(), clock())
    assert not known.is_current(KEYS, clock() + 31 * 24 * 3600)
    assert EvaluatedState().is_current(frozenset(), clock())


def test_a_repository_of_100_000_images_is_stored_completely(
    state: SweepState, clock: SecondsClock
) -> None:
    keys = frozenset(number.to_bytes(8, "big") for number in range(100_000))
    writes = evaluated_writes(TABLE, "shop/api", EvaluatedState(), keys, clock())
    state.client.transact_write_items(TransactItems=writes)

    assert read_evaluated(state.client, TABLE, "shop/api").keys == keys


def test_notified_findings_are_stored_by_repository_digest_and_policy(
    state: SweepState, clock: SecondsClock
) -> None:
    notified = NotifiedFindings(state.client, TABLE, clock)
    for policy in ("strict", "mild", "strict"):
        notified.record("shop/api", "sha256:1", policy)

    assert notified.policies("shop/api", "sha256:1") == {"strict", "mild"}
    assert notified.policies("shop/web", "sha256:1") == frozenset()
    assert notified.policies("shop/api", "sha256:2") == frozenset()


def test_a_notified_finding_of_an_earlier_release_has_an_unknown_policy(
    state: SweepState, clock: SecondsClock
) -> None:
    state.client.put_item(TableName=TABLE, Item={"id": {"S": "told#shop/api@sha256:1"}})

    assert NotifiedFindings(state.client, TABLE, clock).policies("shop/api", "sha256:1") == {""}
