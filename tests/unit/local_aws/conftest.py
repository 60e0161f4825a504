"""An emulator per test, with a clock that only moves on request."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from platform_guard_emulator import LocalAws
from tests.contract.repository import ScratchRepository


class Clock:
    """A clock that moves only by `advance`."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, step: timedelta) -> None:
        self.now += step


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def local(clock: Clock) -> Iterator[LocalAws]:
    numbers = iter(range(1, 10_000))
    with LocalAws(
        clock=clock, new_id=lambda: f"00000000-0000-4000-8000-{next(numbers):012}"
    ) as aws:
        yield aws


@pytest.fixture
def repository(local: LocalAws) -> ScratchRepository:
    local.client("ecr").create_repository(repositoryName="team/app")
    return ScratchRepository(local.client("ecr"), "team/app")
