"""Replaying events on the guard as it would be deployed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from platform_guard.diagnosis.task_event import TaskStop, parse_task_stop
from platform_guard.event import EventError, Ignored
from platform_guard.registry.push_event import Push, parse_push
from platform_guard_cli.errors import UsageError
from platform_guard_cli.inspect.oci_layout import LayoutError, OciLayout
from platform_guard_cli.paths import IMAGES
from platform_guard_cli.replay.emulator import Outcome, drain, synthesized
from platform_guard_cli.replay.event_files import read_event
from platform_guard_cli.replay.fixtures import provide_pushed_image, provide_stopped_task
from platform_guard_emulator import deploy
from platform_guard_emulator.account import LocalAws


@dataclass(frozen=True, slots=True)
class Replayed:
    """An event and what became of it."""

    event: Path
    outcome: Outcome
    alerts: tuple[Mapping[str, str], ...]
    """What each alert says, by protocol of SNS."""


def replay(
    paths: Sequence[Path], guard_file: Path, further_images: Sequence[Path]
) -> Iterator[Replayed]:
    """Deploy the guard with some settings, and put each event on its bus.

    Raises UsageError for settings, events and images that are none.
    """
    events = [(path, read_event(path)) for path in paths]
    layouts = layouts_by_digest(further_images)
    with synthesized(guard_file) as assembly:
        for path, event in events:
            yield replay_event(path, event, assembly, layouts)


def layouts_by_digest(further_images: Sequence[Path] = ()) -> dict[str, Path]:
    """Find for each digest that an event may name the layout that holds it. Raises UsageError."""
    directories = [*sorted(IMAGES.glob("*/")), *further_images]
    found: dict[str, Path] = {}
    for directory in directories:
        try:
            references = OciLayout(directory).references()
        except LayoutError as error:
            raise UsageError(str(error)) from error
        found |= {reference.digest: directory for reference in references}
    return found


def replay_event(
    path: Path, event: dict[str, object], assembly: Path, layouts: Mapping[str, Path]
) -> Replayed:
    """Deploy a cloud assembly, and put an event on its bus."""
    with LocalAws(region=str(event["region"]), account=str(event["account"])) as aws:
        # Before the guard is there, so that it sees the event alone.
        parsed = _parse(event)
        _provide(aws, parsed, event["detail"], layouts)
        deployment = deploy(aws, assembly)
        aws.emit(event)
        outcomes = drain(deployment) or [_not_let_through(parsed)]
        alerts = tuple(alert.texts for alert in deployment.alerts())
    # A message that fails comes back until it is a dead letter; what it ends with is what counts.
    return Replayed(path, outcomes[-1], alerts)


def _provide(
    aws: LocalAws, parsed: Push | TaskStop | Ignored, detail: object, layouts: Mapping[str, Path]
) -> None:
    match parsed:
        case TaskStop():
            provide_stopped_task(aws, parsed, layouts)
        case _:
            provide_pushed_image(aws, detail, layouts)


def _parse(event: Mapping[str, object]) -> Push | TaskStop | Ignored:
    """Read an event as its function does, so that what is wrong with it can be told."""
    try:
        return parse_task_stop(event) if event["source"] == "aws.ecs" else parse_push(event)
    except EventError as error:
        return Ignored(str(error))


def _not_let_through(parsed: Push | TaskStop | Ignored) -> Outcome:
    reason = "the rule in EventBridge does not match it"
    match parsed:
        case Ignored(why):
            return Outcome("not let through", f"{reason}: {why}")
        case TaskStop(stop_code=code):
            return Outcome("not let through", f"{reason}: the task stopped with {code}")
        case Push():
            return Outcome("not let through", reason)


def as_json(replayed: Replayed) -> str:
    """Render what became of an event as a JSON object on one line."""
    return json.dumps(
        {
            "event": str(replayed.event),
            "outcome": replayed.outcome.word,
            "reason": replayed.outcome.reason,
            "verdict": replayed.outcome.verdict or None,
            "remedy": replayed.outcome.remedy or None,
            "cause": replayed.outcome.cause or None,
            "alerts": [json.loads(texts["sqs"]) for texts in replayed.alerts],
        }
    )


def for_people(replayed: Replayed) -> str:
    """Render what became of an event as a paragraph."""
    outcome = replayed.outcome
    lines = [
        f"{replayed.event}: {outcome.verdict or outcome.cause or outcome.word}",
        f"  {outcome.reason}",
    ]
    if outcome.remedy:
        lines.append(f"  remedy: {outcome.remedy}")
    for texts in replayed.alerts:
        lines.append("  alert:")
        lines.extend(f"    {line}".rstrip() for line in texts["email"].splitlines())
    return "\n".join(lines)
