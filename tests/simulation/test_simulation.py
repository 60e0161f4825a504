"""Random histories, the same ones every time: `python -m tests.simulation` runs any number."""

import pytest

from tests.simulation.history import run_history

_HISTORIES = 300
_AT_ONCE = 50


@pytest.mark.parametrize("first", range(0, _HISTORIES, _AT_ONCE))
def test_the_guard_never_makes_it_worse(first: int) -> None:
    for seed in range(first, first + _AT_ONCE):
        failed = run_history(seed)
        assert failed is None, str(failed)
