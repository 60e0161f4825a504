"""Concurrent sweep functions: conflicting writes are retried, and none is lost."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from platform_guard.aws.retry import RetryPolicy, is_conflict
from platform_guard.sweep.messages import Part
from platform_guard.sweep.state import SweepState
from platform_guard_emulator import LocalAws
from tests.support.faults import Conflicts, before_each_call, conflicting_writes
from tests.support.registry import MAC_BUILD, PLAIN_AMD64, marks, push
from tests.support.state_table import TABLE, create_state_table
from tests.support.sweeps import Sweeps, metric

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


@pytest.fixture
def conflicts() -> Iterator[Conflicts]:
    with conflicting_writes() as conflicts:
        yield conflicts


@pytest.fixture
def waits() -> list[float]:
    """The delays in seconds."""
    return []


@pytest.fixture
def state(conflicts: Conflicts, aws: LocalAws, waits: list[float]) -> SweepState:
    client = aws.client("dynamodb")
    create_state_table(client)
    state = SweepState(client, TABLE, lambda: 1000.0, RetryPolicy(waits.append, lambda: 0.5))
    state.begin("one")
    state.set_part_count("one", 1)
    assert conflicts.refused == []
    return state


def test_a_conflicting_write_backs_off_and_counts_once(
    state: SweepState, conflicts: Conflicts, waits: list[float]
) -> None:
    conflicts.to_come = 3

    state.finish_part(Part("one", 0, (), images=10))

    assert conflicts.refused == ["TransactWriteItems"] * 3
    assert waits == [0.025, 0.05, 0.1]
    assert state.report("one").images == 10


def test_remedies_are_reserved_once_despite_conflicting_writes(
    state: SweepState, conflicts: Conflicts
) -> None:
    conflicts.to_come = 2

    assert state.reserve_remedies("one", 4, limit=10) == (0, 4)
    assert state.reserve_remedies("one", 4, limit=10) == (4, 4)
    assert conflicts.refused == ["UpdateItem"] * 2


def test_a_write_that_always_conflicts_raises_an_error(
    state: SweepState, conflicts: Conflicts, waits: list[float]
) -> None:
    conflicts.to_come = 1000

    with pytest.raises(ClientError, match="TransactionCanceledException"):
        state.finish_part(Part("one", 0, ()))

    assert len(waits) == 9
    assert sum(waits) < 10


@pytest.mark.parametrize(
    ("code", "reasons", "expected"),
    [
        ("TransactionConflictException", [], True),
        ("TransactionCanceledException", ["None", "TransactionConflict"], True),
        ("TransactionCanceledException", ["ThrottlingError", "TransactionConflict"], True),
        ("TransactionCanceledException", ["TransactionConflict", "ConditionalCheckFailed"], False),
        ("TransactionCanceledException", ["ValidationError", "None"], False),
        ("TransactionCanceledException", [], False),
        ("AccessDeniedException", [], False),
    ],
)
def test_only_conflicts_are_retried(code: str, reasons: list[str], expected: bool) -> None:
    error = ClientError(
        {
            "Error": {"Code": code, "Message": ""},
            "CancellationReasons": [{"Code": reason} for reason in reasons],
        },
        "TransactWriteItems",
    )

    assert is_conflict(error) is expected


def test_a_finding_whose_record_conflicts_is_reported(
    conflicts: Conflicts, aws: LocalAws, sweeps: Sweeps, ecr: "ECRClient"
) -> None:
    push(aws, PLAIN_AMD64, tag="good")
    sweeps.drop_events()
    sweeps.sweep()
    push(aws, MAC_BUILD, tag="bad")
    sweeps.drop_events()
    sweeps.start()
    conflicts.to_come = 2

    invocations = sweeps.guard.drain()

    assert [alert["code"] for alert in sweeps.alerts()] == ["sweep"]
    assert len(marks(ecr)) == 1
    assert metric(invocations, "sweep_repositories_unavailable") == 0


@pytest.mark.parametrize("operation", ["TransactWriteItems", "SendMessageBatch"])
def test_a_finding_whose_record_fails_is_retried_and_reported_once(
    aws: LocalAws, sweeps: Sweeps, ecr: "ECRClient", operation: str
) -> None:
    push(aws, MAC_BUILD)
    sweeps.drop_events()
    sweeps.start()
    sweeps.guard.drain(max_rounds=1)
    aws.fail(operation, "InternalError")

    invocations = sweeps.guard.drain()

    assert metric(invocations, "sweep_messages_failed") == 1
    (alert,) = sweeps.alerts()
    assert alert["facts"]["missing_platform"] == "1"
    assert alert["facts"]["remedied"] == "1, as the policy says"
    assert len(marks(ecr)) == 1


def test_a_repository_swept_before_a_failure_counts_once(
    aws: LocalAws, sweeps: Sweeps, ecr: "ECRClient"
) -> None:
    for name in ("shop/one", "shop/two"):
        ecr.create_repository(repositoryName=name)
        push(aws, MAC_BUILD, repository=name)
    sweeps.drop_events()
    throttled = []

    def throttle(operation: str, params: dict[str, Any]) -> str | None:
        if operation == "DescribeImages" and params["repositoryName"] == "shop/two":
            throttled.append(operation)
            return "ThrottlingException" if len(throttled) == 1 else None
        return None

    with before_each_call(throttle):
        sweeps.sweep()

    assert len(throttled) == 2
    (alert,) = sweeps.alerts()
    assert "looked at 2 images, 2 of them for the first time" in alert["summary"]
    assert alert["facts"]["remedied"] == "2, as the policy says"
