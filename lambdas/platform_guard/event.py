"""Events of Amazon ECR, as EventBridge delivers them: best effort, unordered, at least once.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


class EventError(ValueError):
    """An event lacks what every event of its kind has."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that the guard has nothing to do with, and why."""

    reason: str


def parse_json(text: str) -> object:
    """Read the body of a message. Raises EventError where it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EventError("the message is not JSON") from error


def seconds_since(time: str, now: float) -> float | None:
    """Give how long ago the time of an event was, at least 0; None where it cannot be read.

    `now` is in seconds since 1970.
    """
    try:
        return max(0.0, now - datetime.fromisoformat(time).timestamp())
    except (ValueError, OverflowError):
        return None


def required_object(value: object, name: str) -> Mapping[str, object]:
    """Give a JSON object. Raises EventError that calls it by its name."""
    if not isinstance(value, dict):
        raise EventError(f"{name} is missing or not an object")
    return value


def required_text(fields: Mapping[str, object], name: str) -> str:
    """Give a text that is not empty. Raises EventError that names the field."""
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise EventError(f"{name} is missing or not a text")
    return value


def optional_text(fields: Mapping[str, object], name: str) -> str:
    """Give a text; empty where there is none, or something else in its place."""
    value = fields.get(name)
    return value if isinstance(value, str) and value != "null" else ""


def objects_in(fields: Mapping[str, object], name: str) -> tuple[Mapping[str, object], ...]:
    """Give the JSON objects of a list; none where there is no list."""
    values = fields.get(name)
    return (
        tuple(value for value in values if isinstance(value, dict))
        if isinstance(values, list)
        else ()
    )
