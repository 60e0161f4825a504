import time
from collections.abc import Iterator

import pytest

from platform_guard_emulator import Deployment, LocalAws
from tests.support.sweeps import Clock, Sweeps


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock, real_time = Clock(), time.time
    monkeypatch.setattr("time.time", lambda: real_time() + clock.moved)
    return clock


@pytest.fixture
def aws(clock: Clock) -> Iterator[LocalAws]:
    with LocalAws(clock=clock.now) as local:
        yield local


@pytest.fixture
def sweeps(aws: LocalAws, guard: Deployment, clock: Clock) -> Sweeps:
    return Sweeps(aws, guard, clock)
