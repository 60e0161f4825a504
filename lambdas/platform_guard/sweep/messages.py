"""The queue messages of a sweep: its start and its parts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from platform_guard.event import EventError, required_object, required_text

REPOSITORIES_PER_PART = 25

_PART = "sweep_part"

_CLOUDFORMATION = "aws.cloudformation"


@dataclass(frozen=True, slots=True)
class Start:
    """A request to start a sweep."""

    sweep_id: str
    is_deployment: bool = False
    """Whether the settings may have changed; if so, the sweep waits for one in progress to end."""


@dataclass(frozen=True, slots=True)
class Part:
    """A batch of repositories, with the results of those that are already swept."""

    sweep_id: str
    number: int
    repositories: tuple[str, ...]
    """Names of the remaining repositories. The first may be partly swept."""
    page: str | None = None
    """The token of the next page of the first repository."""
    images: int = 0
    """Number of images in the pages that are already swept."""
    unavailable: tuple[str, ...] = ()
    """The failed lookups so far, one line each."""


def parse_message(message: object) -> Start | Part:
    """Parse a message. Raises EventError if it is not a message of a sweep.

    EventBridge events of the schedule and of a finished deployment start a sweep.
    """
    fields = required_object(message, "the message")
    if _PART in fields:
        return _part(required_object(fields[_PART], _PART))
    return Start(required_text(fields, "id"), fields.get("source") == _CLOUDFORMATION)


def render_start(start: Start) -> str:
    """Serialize a start, in the form that `parse_message` reads."""
    source = {"source": _CLOUDFORMATION} if start.is_deployment else {}
    return json.dumps({"id": start.sweep_id, **source})


def render_part(part: Part) -> str:
    """Serialize a part, in the form that `parse_message` reads."""
    fields = asdict(part)
    # The name that 0.1.0 reads and writes.
    fields["unseen"] = fields.pop("unavailable")
    return json.dumps({_PART: fields})


def divide(sweep_id: str, repositories: Sequence[str]) -> Iterator[Part]:
    """Divide a sweep into parts of up to `REPOSITORIES_PER_PART` repositories."""
    starts = range(0, len(repositories), REPOSITORIES_PER_PART)
    for number, start in enumerate(starts):
        names = tuple(repositories[start : start + REPOSITORIES_PER_PART])
        yield Part(sweep_id, number, names)


def _part(fields: Mapping[str, object]) -> Part:
    page = fields.get("page")
    return Part(
        sweep_id=required_text(fields, "sweep_id"),
        number=_count(fields, "number"),
        repositories=_texts(fields, "repositories"),
        page=page if isinstance(page, str) else None,
        images=_count(fields, "images"),
        unavailable=_texts(fields, "unseen"),
    )


def _count(fields: Mapping[str, object], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise EventError(f"{name} is missing or not a number")
    return value


def _texts(fields: Mapping[str, object], name: str) -> tuple[str, ...]:
    values = fields.get(name)
    if not isinstance(values, list):
        raise EventError(f"{name} is missing or not a list")
    return tuple(map(str, values))
