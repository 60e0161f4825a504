"""Reading a TOML table key by key, with errors for whoever wrote it."""

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from types import TracebackType
from typing import TypeVar

_T = TypeVar("_T")
_Choice = TypeVar("_Choice", bound=StrEnum)

_BARE_KEY = r"[A-Za-z0-9_-]+"

_KINDS = {
    bool: "a boolean",
    str: "a string",
    int: "a whole number",
    float: "a decimal number",
    list: "a list",
    dict: "a table",
}


class TomlTableError(ValueError):
    """What is wrong in a table, as one line: the place, then what to write there."""


class TomlTable:
    """A table of a TOML document; leaving its context refuses the keys that nobody asked for."""

    def __init__(self, content: Mapping[str, object], place: str = "") -> None:
        self._content = content
        self._place = place
        self._known: dict[str, str] = {}

    def take(self, key: str, read: Callable[[object], _T], default: _T) -> _T:
        """Read the value of a key, or give the default where the key is left out.

        `read` raises ValueError with what is wrong. Raises TomlTableError, which adds the place.
        """
        self._known[key] = key
        if key not in self._content:
            return default
        try:
            return read(self._content[key])
        except ValueError as error:
            raise TomlTableError(f"{self._place}{key}: {error}") from error

    def table(self, key: str) -> "TomlTable":
        """Open a table inside of this one, an empty one where it is left out."""
        self._known[key] = f"[{key}]"
        content = self._content.get(key, {})
        if not isinstance(content, dict):
            raise TomlTableError(
                f"{self._place}{key}: is {_kind(content)}; write it as a table, [{key}]"
            )
        return TomlTable(content, place=f"{self._place}[{key}] ")

    def __enter__(self) -> "TomlTable":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self._refuse_unknown_keys()

    def _refuse_unknown_keys(self) -> None:
        for key in self._content:
            if key not in self._known:
                shown = key if re.fullmatch(_BARE_KEY, key) else repr(key)
                raise TomlTableError(
                    f"{self._place}{shown}: unknown; {_suggestion(key, self._known)}"
                    f"allowed are {', '.join(self._known.values())}"
                )


def a_string(value: object) -> str:
    """Read a string."""
    return _typed(value, str, "a string, in quotes")


def a_boolean(value: object) -> bool:
    """Read true or false."""
    return _typed(value, bool, "true or false, without quotes")


def a_whole_number(least: int, most: int) -> Callable[[object], int]:
    """Read an integer between two bounds, both included."""
    wanted = f"a whole number from {least} to {most}"

    def read(value: object) -> int:
        number = _typed(value, int, wanted)
        if not least <= number <= most:
            raise ValueError(f"{number} is out of range; write {wanted}")
        return number

    return read


def one_of(choices: type[_Choice]) -> Callable[[object], _Choice]:
    """Read the value of an enumeration."""

    def read(value: object) -> _Choice:
        text = a_string(value)
        if text not in list(choices):
            raise ValueError(f"{text!r} is not allowed; write one of {', '.join(choices)}")
        return choices(text)

    return read


def distinct(read: Callable[[object], _T]) -> Callable[[object], tuple[_T, ...]]:
    """Read a list in which nothing stands twice, also not in two ways of writing it."""

    def read_all(value: object) -> tuple[_T, ...]:
        items: Iterable[object] = _typed(value, list, "a list, in brackets")
        values: list[_T] = []
        for item in items:
            one = read(item)
            if one in values:
                raise ValueError(f"{item!r} is there twice; write it once")
            values.append(one)
        return tuple(values)

    return read_all


def _typed(value: object, wanted: type[_T], write: str) -> _T:
    # Not isinstance: a boolean is no whole number.
    if type(value) is not wanted:
        raise ValueError(f"is {_kind(value)}; write {write}")
    return value


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a date or time")


def _suggestion(key: str, known: Iterable[str]) -> str:
    import difflib  # Not at the top: where the settings are good, no function needs it.

    closest = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {closest[0]}? " if closest else ""
