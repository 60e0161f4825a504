import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.text import cut, shown_command

ARN = "arn:aws:ecs:eu-central-1:123456789012:task/prod/014f1c2ab09d6e4e77b3a51c8d0e92f7"


def test_a_text_is_cut_at_a_word_and_says_how_much_is_missing() -> None:
    assert cut("one two three " * 10, 50) == "one two three one two three … (113 characters cut)"


def test_what_fits_stays() -> None:
    assert cut("one two", 7) == "one two"


@pytest.mark.parametrize("limit", range(40, 160, 7))
def test_an_arn_stays_whole_or_is_left_out(limit: int) -> None:
    text = cut(f"the task {ARN} stopped in account 123456789012, as its image is not there", limit)

    assert ARN in text or "arn:" not in text
    assert "123456789012" in text.replace(ARN, "") or "12345" not in text.replace(ARN, "")


@given(st.text(max_size=300), st.integers(min_value=1, max_value=200))
def test_a_cut_text_keeps_to_its_limit(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= limit or text == cut(text, limit)


def test_a_command_that_cannot_be_shown_as_it_is_is_not_shown() -> None:
    assert shown_command("echo 'a b'") == "echo 'a b'"
    assert shown_command("echo '\u202e'").startswith("# ")
