"""Readers of values from guard.toml and resource tags, with errors for their authors."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

_T = TypeVar("_T")


_Choice = TypeVar("_Choice", bound=StrEnum)


_KINDS = {
    bool: "a boolean",
    str: "a string",
    int: "an integer",
    float: "a float",
    list: "a list",
    dict: "a table",
}


def read_string(value: object) -> str:
    """Return the value if it is a string. Raise ValueError otherwise."""
    return _typed(value, str, "a string in quotes")


def read_boolean(value: object) -> bool:
    """Return the value if it is a boolean. Raise ValueError otherwise."""
    return _typed(value, bool, "true or false without quotes")


def integer_between(least: int, most: int) -> Callable[[object], int]:
    """Return a reader of integers from `least` to `most`, both inclusive."""
    expected = f"an integer from {least} to {most}"

    def read(value: object) -> int:
        number = _typed(value, int, expected)
        if not least <= number <= most:
            raise ValueError(f"{number} is out of range; use {expected}")
        return number

    return read


def one_of(choices: type[_Choice]) -> Callable[[object], _Choice]:
    """Return a reader of the values of an enumeration."""

    def read(value: object) -> _Choice:
        text = read_string(value)
        if text not in list(choices):
            raise ValueError(f"{text!r} is not allowed; use one of {', '.join(choices)}")
        return choices(text)

    return read


def unique_list(read: Callable[[object], _T]) -> Callable[[object], tuple[_T, ...]]:
    """Return a reader of lists without duplicates; items are compared after `read`."""

    def read_all(value: object) -> tuple[_T, ...]:
        items: Iterable[object] = _typed(value, list, "a list in brackets")
        values: list[_T] = []
        for item in items:
            one = read(item)
            if one in values:
                raise ValueError(f"{item!r} is a duplicate; list it once")
            values.append(one)
        return tuple(values)

    return read_all


def _typed(value: object, wanted: type[_T], expected: str) -> _T:
    # isinstance would accept a boolean as an integer.
    if type(value) is not wanted:
        raise ValueError(f"expected {expected}, got {_kind(value)}")
    return value


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "a date or time")
