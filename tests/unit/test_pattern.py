from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from platform_guard.pattern import covers, matches


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
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
def test_a_star_is_any_characters_and_a_question_mark_is_one(
    pattern: str, name: str, fits: bool
) -> None:
    assert matches(pattern, name) is fits


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("*", "*"),
        ("*", "?*?"),
        ("ml/*", "ml/vision-*"),
        ("ml/*", "ml/train"),
        ("?*", "*?"),
        ("*a*", "*ba*"),
        ("?*a", "*ba"),
        ("**", "*"),
    ],
)
def test_a_pattern_covers_what_is_narrower(wide: str, narrow: str) -> None:
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
    ],
)
def test_a_pattern_does_not_cover_what_it_leaves_out(wide: str, narrow: str) -> None:
    assert not covers(wide, narrow)


_PATTERNS = st.text("ab*?", max_size=5)
# One letter more than the patterns have, up to a length at which they have said all they can.
_NAMES = ["".join(letters) for size in range(7) for letters in product("abc", repeat=size)]


@given(_PATTERNS, _PATTERNS)
@example("*a?", "*aa")
def test_covering_is_what_trying_every_name_says(wide: str, narrow: str) -> None:
    in_narrow = (name for name in _NAMES if matches(narrow, name))

    assert covers(wide, narrow) is all(matches(wide, name) for name in in_narrow)


def test_a_pair_that_would_take_too_long_counts_as_not_covered() -> None:
    assert not covers("*a" + "?" * 40, "*ba" + "?" * 40)
