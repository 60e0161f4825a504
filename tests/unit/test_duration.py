import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.duration import grace_text, parse_grace


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0m", 0),
        ("0d", 0),
        ("90m", 5_400),
        ("24h", 86_400),
        ("7d", 604_800),
        ("30d", 2_592_000),
        ("720h", 2_592_000),
    ],
)
def test_a_grace_period_is_a_number_with_its_unit(text: str, seconds: int) -> None:
    assert parse_grace(text) == seconds


@pytest.mark.parametrize("text", ["", "24", "24 h", "1.5h", "-1h", "h", "24H", "1w", "1h30m", "٣h"])
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"write a whole number with m, h or d behind it"):
        parse_grace(text)


@pytest.mark.parametrize("text", ["31d", "721h", "43201m", "999999999d"])
def test_more_than_thirty_days_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is out of range; write at most 30d"):
        parse_grace(text)


@given(st.integers(0, 30 * 24 * 60))
def test_what_is_written_reads_the_same(minutes: int) -> None:
    assert parse_grace(grace_text(minutes * 60)) == minutes * 60
