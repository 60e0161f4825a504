import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.text import cut, displayable_command

ARN = "arn:aws:ecs:eu-central-1:123456789012:task/prod/014f1c2ab09d6e4e77b3a51c8d0e92f7"


def test_a_text_is_cut_at_a_word_with_the_number_of_omitted_characters() -> None:
    assert cut("one two three " * 10, 50) == "one two three one two three … (113 characters cut)"


def test_a_text_within_the_limit_is_unchanged() -> None:
    assert cut("one two", 7) == "one two"


@pytest.mark.parametrize("limit", range(40, 160, 7))
def test_an_arn_is_kept_whole_or_omitted(limit: int) -> None:
    text = cut(f"the task {ARN} stopped in account 123456789012, as its image is not there", limit)

    assert ARN in text or "arn:" not in text
    assert "123456789012" in text.replace(ARN, "") or "12345" not in text.replace(ARN, "")


@given(st.text(max_size=300), st.integers(min_value=1, max_value=200))
def test_a_cut_text_is_within_the_limit(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= limit or text == cut(text, limit)


def test_a_command_with_unprintable_characters_is_replaced_by_a_comment() -> None:
    assert displayable_command("echo 'a b'") == "echo 'a b'"
    assert displayable_command("echo '\u202e'").startswith("# ")
