"""Reading a TOML table key by key, with errors for whoever wrote it."""

import json
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
        return self._read(key, read)

    def require(self, key: str, read: Callable[[object], _T], write: str) -> _T:
        """Read the value of a key that must be there; `write` says what to write where it is not.

        Raises as `take` does.
        """
        if key not in self._content:
            raise self.error(key, f"is missing; write {write}")
        self._known[key] = key
        return self._read(key, read)

    def error(self, key: str, message: str) -> TomlTableError:
        """Give the error that says what is wrong with the value of a key."""
        return TomlTableError(f"{self._place}{key}: {message}")

    @property
    def stated(self) -> frozenset[str]:
        """The keys that are there."""
        return frozenset(self._content)

    def table(self, key: str) -> "TomlTable":
        """Open a table inside of this one, an empty one where it is left out."""
        is_inner = bool(self._place)
        self._known[key] = key if is_inner else f"[{key}]"
        content = self._content.get(key, {})
        if not isinstance(content, dict):
            write = f"its keys as {key}.KEY = VALUE" if is_inner else f"it as a table, [{key}]"
            raise self.error(key, f"is {_kind(content)}; write {write}")
        return TomlTable(content, f"{self._place}{key}." if is_inner else f"[{key}] ")

    def tables(self, key: str, name: str) -> "list[TomlTable]":
        """Open the tables of a list, none where it is left out.

        Their place says the number of each, from 1, and the value of its key `name`.
        """
        outer = self._place.strip("[] ")
        heading = f"[[{outer}.{key}]]" if outer else f"[[{key}]]"
        self._known[key] = heading
        contents = self._content.get(key, [])
        if not isinstance(contents, list) or not all(isinstance(item, dict) for item in contents):
            raise self.error(key, f"is {_kind(contents)}; write each as a table, {heading}")
        return [
            TomlTable(content, f"{heading} number {number}{_named(content, name)} ")
            for number, content in enumerate(contents, start=1)
        ]

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

    def _read(self, key: str, read: Callable[[object], _T]) -> _T:
        try:
            return read(self._content[key])
        except ValueError as error:
            raise self.error(key, str(error)) from error

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


def _named(content: Mapping[str, object], key: str) -> str:
    name = content.get(key)
    # As JSON it has no line breaks.
    return f" ({json.dumps(name)})" if isinstance(name, str) else ""


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a date or time")


def _suggestion(key: str, known: Iterable[str]) -> str:
    import difflib  # Not at the top: where the settings are good, no function needs it.

    closest = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {closest[0]}? " if closest else ""
