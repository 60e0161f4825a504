import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.duration import format_grace, parse_grace


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
def test_a_grace_period_is_a_number_with_a_unit(text: str, seconds: int) -> None:
    assert parse_grace(text) == seconds


@pytest.mark.parametrize("text", ["", "24", "24 h", "1.5h", "-1h", "h", "24H", "1w", "1h30m", "٣h"])
def test_an_invalid_grace_period_is_rejected_with_the_correction(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"invalid duration .*; use minutes, hours or days, such as 90m"
    ):
        parse_grace(text)


@pytest.mark.parametrize("text", ["31d", "721h", "43201m", "999999999d"])
def test_a_grace_period_above_thirty_days_is_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r"is too long; use at most 30d"):
        parse_grace(text)


@given(st.integers(0, 30 * 24 * 60))
def test_a_formatted_grace_period_parses_to_the_same_value(minutes: int) -> None:
    assert parse_grace(format_grace(minutes * 60)) == minutes * 60
