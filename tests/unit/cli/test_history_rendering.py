"""What `platform-guard history` says about what waits, before its time is over and long after."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from platform_guard.remediation.ledger import State
from platform_guard_cli.history.rendering import as_json, for_people
from tests.unit.remediation.test_ledger import ENTRY

WAITING = replace(
    ENTRY, state=State.WAITING, due="2026-11-25T09:00:15Z", sentence="It will be deleted on …"
)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (at(24, 9), "waiting"),
        (at(25, 10), "waiting"),
        (at(25, 12), "lapsed"),
        (at(30, 0), "lapsed"),
    ],
)
def test_what_nobody_has_ended_lapses(now: datetime, state: str) -> None:
    assert json.loads(as_json(WAITING, now))["state"] == state
    assert ("its grace period is over and nothing was done" in for_people(WAITING, now)) == (
        state == "lapsed"
    )


@pytest.mark.parametrize("state", sorted(set(State) - {State.WAITING}))
def test_nothing_else_lapses(state: State) -> None:
    entry = replace(WAITING, state=state)

    assert json.loads(as_json(entry, at(30, 0)))["state"] == state
