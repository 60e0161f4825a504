"""The messages of a sweep: what starts one, and the parts that its work is divided into."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from platform_guard.event import EventError, required_object, required_text

REPOSITORIES_PER_PART = 25

_PART = "sweep_part"

_CLOUDFORMATION = "aws.cloudformation"


@dataclass(frozen=True, slots=True)
class Start:
    """A sweep is to be started."""

    sweep_id: str
    is_deployment: bool = False
    """Whether the settings may be new. Such a sweep comes after one that is under way."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some repositories of a sweep, and what was found in those before them."""

    sweep_id: str
    number: int
    repositories: tuple[str, ...]
    """By name. The first may have been swept in part."""
    page: str | None = None
    """Where to go on in the first one."""
    images: int = 0
    """How many images were looked at in the repositories before."""
    unavailable: tuple[str, ...] = ()
    """What could not be seen in them, a line each."""


def parse_message(message: object) -> Start | Part:
    """Read a message. Raises EventError where it is none of a sweep.

    A schedule and the end of a deployment start one: as EventBridge writes them.
    """
    fields = required_object(message, "the message")
    if _PART in fields:
        return _part(required_object(fields[_PART], _PART))
    return Start(required_text(fields, "id"), fields.get("source") == _CLOUDFORMATION)


def render_start(start: Start) -> str:
    """Write a start as a message."""
    source = {"source": _CLOUDFORMATION} if start.is_deployment else {}
    return json.dumps({"id": start.sweep_id, **source})


def render_part(part: Part) -> str:
    """Write a part as a message."""
    fields = asdict(part)
    # The name that 0.1.0 reads and writes.
    fields["unseen"] = fields.pop("unavailable")
    return json.dumps({_PART: fields})


def divide(sweep_id: str, repositories: Sequence[str]) -> Iterator[Part]:
    """Divide a sweep into parts."""
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
