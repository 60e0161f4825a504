"""Patterns of names: `*` stands for any characters, also none and also `/`, `?` for one.

As in the policies of IAM, and unlike in a shell, nothing else is wild.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

# Larger than any pair of patterns that people write needs. Some pairs need exponentially many
# steps; of those it is not known whether one covers the other.
_STEPS = 4000


def matches(pattern: str, name: str) -> bool:
    """Tell whether a name fits a pattern, which must not hold brackets."""
    return fnmatchcase(name, pattern)


def covers(wide: str, narrow: str) -> bool:
    """Tell whether every name that fits `narrow` fits `wide` as well.

    Errs on one side alone: False also where too many steps would be needed to find out. Letters are
    taken from an unlimited alphabet.
    """
    # Most pairs of many rules have nothing to do with each other, which one name shows.
    if not matches(wide, _shortest_name(narrow)):
        return False
    # Walks both patterns over all names at once: a place in `narrow`, and all the places in `wide`
    # that the same name can lead to. A name that ends `narrow` has to be able to end `wide`.
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
        if len(seen) > _STEPS:
            return False
    return True


def _shortest_name(pattern: str) -> str:
    """Give a name that fits a pattern, with a letter for each `?` that no pattern names."""
    return pattern.replace("*", "").replace("?", "\0")


_OTHER = ""
"""A letter that neither pattern names."""


def _steps(pattern: str, place: int, letters: set[str]) -> Iterator[tuple[str, int]]:
    """List the letters that may come next at a place, each with the place that it leads to."""
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
    """Add the places behind stars, and leave out those before the last star that was reached.

    A name that goes on from before a star fits from the star as well.
    """
    settled = set(places)
    for place in sorted(places):
        while place < len(pattern) and pattern[place] == "*":
            place += 1
            settled.add(place)
    stars = [place for place in settled if place < len(pattern) and pattern[place] == "*"]
    last = max(stars, default=0)
    return frozenset(place for place in settled if place >= last)
