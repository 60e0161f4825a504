from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from platform_guard.pattern import covers, matches


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("ml/*", "ml/train", True),
        ("ml/*", "ml/vision/train", True),
        ("ml/*", "ml/", True),
        ("ml/*", "ml", False),
        ("*", "anything/at-all", True),
        ("v?", "v1", True),
        ("v?", "v12", False),
        ("v1.0", "v1x0", False),
        ("*-dev", "1.0-dev", True),
        ("ML/*", "ml/train", False),
    ],
)
def test_a_star_matches_any_characters_and_a_question_mark_matches_one(
    pattern: str, name: str, expected: bool
) -> None:
    assert matches(pattern, name) is expected


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("*", "*"),
        ("*", "?*?"),
        ("ml/*", "ml/vision-*"),
        ("ml/*", "ml/train"),
        ("?*a", "ba"),
        ("v?", "v?"),
        ("**", "*"),
    ],
)
def test_a_pattern_covers_a_narrower_pattern(wide: str, narrow: str) -> None:
    assert covers(wide, narrow)


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("ml/*", "*"),
        ("ml/*", "m*"),
        ("?", "*"),
        ("?*", "*"),
        ("*a*", "*b*"),
        ("ab", "a?"),
        ("*/*", "ml*"),
        ("m?*", "ml*"),
    ],
)
def test_a_pattern_does_not_cover_names_it_does_not_match(wide: str, narrow: str) -> None:
    assert not covers(wide, narrow)


_PATTERNS = st.text("ab*?", max_size=5)
# One more letter than the patterns use, up to a length that distinguishes them all.
_NAMES = ["".join(letters) for size in range(7) for letters in product("abc", repeat=size)]


@given(_PATTERNS, _PATTERNS)
@example("a*", "a?")
@example("*", "*a?")
def test_a_covering_pattern_matches_every_name_of_the_other(wide: str, narrow: str) -> None:
    if covers(wide, narrow):
        assert all(matches(wide, name) for name in _NAMES if matches(narrow, name))
