"""Typed access to a TOML table, with error messages for the author of the file."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType

from platform_guard.values import _T, _kind

_BARE_KEY = r"[A-Za-z0-9_-]+"


class TomlTableError(ValueError):
    """An invalid table; the message is one line: the key, the problem and the correction."""


class TomlTable:
    """A table of a TOML document; leaving its context rejects the keys that were not read."""

    def __init__(self, content: Mapping[str, object], place: str = "") -> None:
        self._content = content
        self._place = place
        self._known: dict[str, str] = {}

    def take(self, key: str, read: Callable[[object], _T], default: _T) -> _T:
        """Return the value of a key as `read` converts it; `default` if the key is missing.

        Raise TomlTableError, with the key added, if `read` raises ValueError.
        """
        self._known[key] = key
        if key not in self._content:
            return default
        return self._read(key, read)

    def require(self, key: str, read: Callable[[object], _T], write: str) -> _T:
        """Return the value of a required key; `write` describes a valid value for the error.

        Raise TomlTableError if the key is missing or `read` raises ValueError.
        """
        if key not in self._content:
            raise self.error(key, f"required key is missing; set it to {write}")
        self._known[key] = key
        return self._read(key, read)

    def error(self, key: str, message: str) -> TomlTableError:
        """Return an error about the value of a key; `message` is the problem and the correction."""
        return TomlTableError(f"{self._place}{key}: {message}")

    @property
    def stated(self) -> frozenset[str]:
        """The keys that the file sets."""
        return frozenset(self._content)

    def table(self, key: str) -> "TomlTable":
        """Return a nested table; empty if the key is missing."""
        is_inner = bool(self._place)
        self._known[key] = key if is_inner else f"[{key}]"
        content = self._content.get(key, {})
        if not isinstance(content, dict):
            form = f"set its keys as {key}.KEY = VALUE" if is_inner else f"write it as [{key}]"
            raise self.error(key, f"expected a table, got {_kind(content)}; {form}")
        return TomlTable(content, f"{self._place}{key}." if is_inner else f"[{key}] ")

    def tables(self, key: str, name: str) -> "list[TomlTable]":
        """Return the tables of an array of tables; empty if the key is missing.

        Error messages identify each by its number, from 1, and the value of its key `name`.
        """
        outer = self._place.strip("[] ")
        heading = f"[[{outer}.{key}]]" if outer else f"[[{key}]]"
        self._known[key] = heading
        contents = self._content.get(key, [])
        if not isinstance(contents, list) or not all(isinstance(item, dict) for item in contents):
            raise self.error(
                key, f"expected tables, got {_kind(contents)}; write each as {heading}"
            )
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
            self._reject_unknown_keys()

    def _read(self, key: str, read: Callable[[object], _T]) -> _T:
        try:
            return read(self._content[key])
        except ValueError as error:
            raise self.error(key, str(error)) from error

    def _reject_unknown_keys(self) -> None:
        for key in self._content:
            if key not in self._known:
                shown = key if re.fullmatch(_BARE_KEY, key) else repr(key)
                raise TomlTableError(
                    f"{self._place}{shown}: unknown key; {_suggestion(key, self._known)}"
                    f"allowed keys: {', '.join(self._known.values())}"
                )


def _named(content: Mapping[str, object], key: str) -> str:
    name = content.get(key)
    # JSON escapes line breaks.
    return f" ({json.dumps(name)})" if isinstance(name, str) else ""


def _suggestion(key: str, known: Iterable[str]) -> str:
    import difflib  # Imported only on an error, to keep cold starts fast.

    closest = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {closest[0]}? " if closest else ""
