"""Replay of events through the guard as deployed."""

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
from platform_guard_cli.replay.fixtures import push_named_image, register_stopped_task
from platform_guard_emulator import deploy
from platform_guard_emulator.account import LocalAws


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """The outcome of an event and the alerts about it."""

    event: Path
    outcome: Outcome
    alerts: tuple[Mapping[str, str], ...]
    """The text of each alert by SNS protocol."""


def replay(
    paths: Sequence[Path], guard_file: Path, extra_images: Sequence[Path]
) -> Iterator[ReplayResult]:
    """Deploy the guard for each event and put the event on its bus.

    Raises UsageError if the settings, an event or an image layout is invalid.
    """
    events = [(path, read_event(path)) for path in paths]
    layouts = layouts_by_digest(extra_images)
    with synthesized(guard_file) as assembly:
        for path, event in events:
            yield replay_event(path, event, assembly, layouts)


def layouts_by_digest(extra_images: Sequence[Path] = ()) -> dict[str, Path]:
    """Map the digest of each known image to its layout. Raises UsageError for an invalid one."""
    directories = [*sorted(IMAGES.glob("*/")), *extra_images]
    layouts: dict[str, Path] = {}
    for directory in directories:
        try:
            references = OciLayout(directory).references()
        except LayoutError as error:
            raise UsageError(str(error)) from error
        layouts |= {reference.digest: directory for reference in references}
    return layouts


def replay_event(
    path: Path, event: dict[str, object], assembly: Path, layouts: Mapping[str, Path]
) -> ReplayResult:
    """Deploy a cloud assembly into a new emulator and put an event on its bus."""
    with LocalAws(region=str(event["region"]), account=str(event["account"])) as aws:
        # Before the deployment, so that the guard receives no event but this one.
        parsed = _parse(event)
        _create_fixtures(aws, parsed, event["detail"], layouts)
        deployment = deploy(aws, assembly)
        aws.emit(event)
        outcomes = drain(deployment) or [_not_matched(parsed)]
        alerts = tuple(alert.texts for alert in deployment.alerts())
    # A failing message is redelivered until it is a dead letter. The last outcome counts.
    return ReplayResult(path, outcomes[-1], alerts)


def _create_fixtures(
    aws: LocalAws, parsed: Push | TaskStop | Ignored, detail: object, layouts: Mapping[str, Path]
) -> None:
    match parsed:
        case TaskStop():
            register_stopped_task(aws, parsed, layouts)
        case _:
            push_named_image(aws, detail, layouts)


def _parse(event: Mapping[str, object]) -> Push | TaskStop | Ignored:
    """Parse an event as its function does. A parse error becomes the reason to ignore it."""
    try:
        return parse_task_stop(event) if event["source"] == "aws.ecs" else parse_push(event)
    except EventError as error:
        return Ignored(str(error))


def _not_matched(parsed: Push | TaskStop | Ignored) -> Outcome:
    reason = "the EventBridge rule does not match this event"
    match parsed:
        case Ignored(why):
            return Outcome("not matched", f"{reason}: {why}")
        case TaskStop(stop_code=code):
            return Outcome("not matched", f"{reason}: its stopCode is {code}")
        case Push():
            return Outcome("not matched", reason)


def render_json(replayed: ReplayResult) -> str:
    """Render the outcome of an event as a JSON object on one line."""
    return json.dumps(
        {
            "event": str(replayed.event),
            "outcome": replayed.outcome.status,
            "reason": replayed.outcome.reason,
            "verdict": replayed.outcome.verdict or None,
            "remedy": replayed.outcome.remedy or None,
            "cause": replayed.outcome.cause or None,
            "alerts": [json.loads(texts["sqs"]) for texts in replayed.alerts],
        }
    )


def render_text(replayed: ReplayResult) -> str:
    """Render the outcome of an event as a paragraph, with its alerts indented."""
    outcome = replayed.outcome
    lines = [
        f"{replayed.event}: {outcome.verdict or outcome.cause or outcome.status}",
        f"  {outcome.reason}",
    ]
    if outcome.remedy:
        lines.append(f"  remedy: {outcome.remedy}")
    for texts in replayed.alerts:
        lines.append("  alert:")
        lines.extend(f"    {line}".rstrip() for line in texts["email"].splitlines())
    return "\n".join(lines)
