"""Name patterns: `*` matches any characters, including none and `/`; `?` matches one.

As in IAM policies, and unlike in a shell, there are no other wildcards.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

# Some pairs of patterns need exponentially many steps. Realistic pairs need far fewer than this.
_MAX_STEPS = 4000


def matches(pattern: str, name: str) -> bool:
    """Return whether a name matches a pattern; the pattern must not contain brackets."""
    return fnmatchcase(name, pattern)


def covers(wide: str, narrow: str) -> bool:
    """Return whether every name that matches `narrow` also matches `wide`.

    True is exact. False may also mean that the comparison exceeded its step limit. The alphabet is
    assumed to be unlimited.
    """
    # One sample name rules out most pairs of patterns.
    if not matches(wide, _shortest_name(narrow)):
        return False
    # Walks both patterns as automata: a position in `narrow`, and all positions in `wide` that the
    # same name can reach. Every name that completes `narrow` must also be able to complete `wide`.
    letters = {letter for letter in wide + narrow if letter not in "*?"}
    start = (0, _settled(wide, {0}))
    seen, ahead = {start}, [start]
    while ahead:
        place, places = ahead.pop()
        if narrow[place:].strip("*") == "" and len(wide) not in places:
            return False
        for letter, further in _steps(narrow, place, letters):
            step = (further, _settled(wide, _next_places(wide, places, letter)))
            if step not in seen:
                seen.add(step)
                ahead.append(step)
        if len(seen) > _MAX_STEPS:
            return False
    return True


def _shortest_name(pattern: str) -> str:
    """Return a matching name; each `?` becomes a character that no pattern contains."""
    return pattern.replace("*", "").replace("?", "\0")


_OTHER = ""
"""Stands for any letter that occurs in neither pattern."""


def _steps(pattern: str, place: int, letters: set[str]) -> Iterator[tuple[str, int]]:
    """Yield each letter that may come next at a position, with the position it leads to."""
    while place < len(pattern) and pattern[place] == "*":
        yield from ((letter, place) for letter in (*letters, _OTHER))
        place += 1
    if place == len(pattern):
        return
    if pattern[place] == "?":
        yield from ((letter, place + 1) for letter in (*letters, _OTHER))
    else:
        yield pattern[place], place + 1


def _next_places(pattern: str, places: frozenset[int], letter: str) -> set[int]:
    return {
        further
        for place in places
        if place < len(pattern)
        for further in [place if pattern[place] == "*" else place + 1]
        if pattern[place] in ("*", "?", letter)
    }


def _settled(pattern: str, places: set[int]) -> frozenset[int]:
    """Add the positions after stars, and drop those before the last star that was reached.

    Every name that matches from before a star also matches from the star.
    """
    settled = set(places)
    for place in sorted(places):
        while place < len(pattern) and pattern[place] == "*":
            place += 1
            settled.add(place)
    stars = [place for place in settled if place < len(pattern) and pattern[place] == "*"]
    last = max(stars, default=0)
    return frozenset(place for place in settled if place >= last)
