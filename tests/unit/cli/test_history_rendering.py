"""How `platform-guard history` renders entries in a grace period, before its end and after."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from platform_guard.remediation.ledger import State
from platform_guard_cli.history.rendering import as_json, as_text
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
def test_a_waiting_entry_lapses_after_its_grace_period(now: datetime, state: str) -> None:
    assert json.loads(as_json(WAITING, now))["state"] == state
    assert ("the grace period ended and nothing was done" in as_text(WAITING, now)) == (
        state == "lapsed"
    )


@pytest.mark.parametrize("state", sorted(set(State) - {State.WAITING}))
def test_entries_in_other_states_do_not_lapse(state: State) -> None:
    entry = replace(WAITING, state=state)

    assert json.loads(as_json(entry, at(30, 0)))["state"] == state
