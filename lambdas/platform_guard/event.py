"""Field access for EventBridge events, which arrive at least once and in any order.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


class EventError(ValueError):
    """An event lacks a field that every event of its type has."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that does not concern the guard."""

    reason: str


def parse_json(text: str) -> object:
    """Parse a message body. Raise EventError if it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EventError("the message is not JSON") from error


def seconds_since(time: str, now: float) -> float | None:
    """Return the age of an ISO 8601 event time in seconds, at least 0; None if it is malformed.

    `now` is in seconds since 1970.
    """
    try:
        return max(0.0, now - datetime.fromisoformat(time).timestamp())
    except (ValueError, OverflowError):
        return None


def required_object(value: object, name: str) -> Mapping[str, object]:
    """Return a JSON object. Raise EventError, naming the field, if it is something else."""
    if not isinstance(value, dict):
        raise EventError(f"{name} is missing or not an object")
    return value


def required_text(fields: Mapping[str, object], name: str) -> str:
    """Return a string. Raise EventError, naming the field, if it is missing or empty."""
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise EventError(f"{name} is missing or not a string")
    return value


def optional_text(fields: Mapping[str, object], name: str) -> str:
    """Return a string; empty if the field is missing, not a string or `null`."""
    value = fields.get(name)
    return value if isinstance(value, str) and value != "null" else ""


def objects_in(fields: Mapping[str, object], name: str) -> tuple[Mapping[str, object], ...]:
    """Return the JSON objects of a list; empty if the field is not a list."""
    values = fields.get(name)
    return (
        tuple(value for value in values if isinstance(value, dict))
        if isinstance(values, list)
        else ()
    )
