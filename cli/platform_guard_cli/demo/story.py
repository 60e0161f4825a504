"""Telling the scenes of the demo in a terminal."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from platform_guard.registry.mark import is_mark
from platform_guard_cli.demo.event_recorder import EventRecorder, ImageAction
from platform_guard_cli.demo.stops import StopScenario, play_stops
from platform_guard_cli.paths import IMAGES
from platform_guard_cli.replay.emulator import Outcome, drain, synthesized
from platform_guard_cli.replay.scenarios import SCENARIOS, Scenario
from platform_guard_emulator import deploy
from platform_guard_emulator.account import LocalAws
from platform_guard_emulator.deploy.deployment import Deployment
from platform_guard_emulator.layouts import push_layout

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

_STYLES = {"compliant": "green", "not-an-image": "cyan", "stale": "cyan"}


@dataclass(frozen=True, slots=True)
class _Chapter:
    """What happened in a scene."""

    actions: tuple[ImageAction, ...]
    outcomes: tuple[Outcome, ...]
    tags: tuple[str, ...]
    """What the repository holds afterwards, a line an image."""
    alerts: tuple[str, ...]


def tell_story(guard_file: Path, console: Console) -> None:
    """Deploy the guard into the stand-in, play every scene, and print what came of it."""
    console.print("[bold]ecr-platform-guard[/] on a stand-in for AWS, inside of this process\n")
    with ExitStack() as stack:
        with _step(console, "synthesize the CDK app"):
            assembly = stack.enter_context(synthesized(guard_file))
        with _step(console, "deploy its template: rules, queues, functions, roles, topic, table"):
            aws = stack.enter_context(LocalAws())
            deployment = deploy(aws, assembly)
        tap = EventRecorder(aws)
        chapters = []
        for number, scenario in enumerate(SCENARIOS, 1):
            with console.status(f"scene {number} of {len(SCENARIOS)}: {scenario.title}"):
                chapter = _play(scenario, aws, deployment, tap)
            _print_chapter(console, number, scenario, chapter)
            chapters.append(chapter)
        stop_scenes = []
        for number, stop_scene in enumerate(play_stops(aws, deployment), len(SCENARIOS) + 1):
            _print_stop_scene(console, number, stop_scene)
            stop_scenes.append(stop_scene)
    _print_end(console, chapters, stop_scenes)


@contextmanager
def _step(console: Console, what: str) -> Iterator[None]:
    started = time.monotonic()
    with console.status(what):
        yield
    console.print(f"  {what} [dim]({time.monotonic() - started:.1f} s)[/]")


def _play(
    scenario: Scenario, aws: LocalAws, deployment: Deployment, tap: EventRecorder
) -> _Chapter:
    ecr: ECRClient = aws.client("ecr")
    with suppress(ecr.exceptions.RepositoryAlreadyExistsException):
        ecr.create_repository(repositoryName=scenario.repository)
    known_alerts = len(deployment.alerts())
    for delivery in scenario.deliveries:
        push_layout(aws, scenario.repository, IMAGES / delivery.layout, delivery.tag)
    outcomes = drain(deployment)
    return _Chapter(
        actions=tuple(tap.actions()),
        outcomes=tuple(outcomes),
        tags=tuple(_described_tags(ecr, scenario.repository)),
        alerts=tuple(alert.texts["email"] for alert in deployment.alerts()[known_alerts:]),
    )


def _described_tags(ecr: "ECRClient", repository: str) -> Iterator[str]:
    images = ecr.describe_images(repositoryName=repository, filter={"tagStatus": "TAGGED"})
    for image in images["imageDetails"]:
        tags = sorted(image.get("imageTags", []), key=lambda tag: (is_mark(tag), tag))
        marked = ", ".join(f"[yellow]{tag}[/]" if is_mark(tag) else tag for tag in tags)
        yield f"{image['imageDigest'][:19]} {marked}"


def _print_chapter(console: Console, number: int, scenario: Scenario, chapter: _Chapter) -> None:
    console.print(f"\n[bold]{number}. {scenario.title}[/]")
    console.print(f"   [dim]$ {scenario.command}[/]")
    _print_list(console, "arrived", [_described_action(action) for action in chapter.actions])
    _print_list(console, "verdict", [_described_outcome(outcome) for outcome in chapter.outcomes])
    remedies = [outcome.remedy for outcome in chapter.outcomes if outcome.remedy]
    _print_list(console, "remedy", remedies or ["none needed"])
    _print_list(console, "holds now", chapter.tags)
    for alert in chapter.alerts:
        _print_alert(console, alert)


def _print_stop_scene(console: Console, number: int, scenario: StopScenario) -> None:
    console.print(f"\n[bold]{number}. {scenario.title}[/]")
    if scenario.command:
        console.print(f"   [dim]$ {scenario.command}[/]")
    _print_list(
        console,
        "stopped",
        [f"{stop.group} {stop.task_id[:8]}…{stop.task_id[-4:]}" for stop in scenario.stops],
    )
    _print_list(console, "cause", [_described_outcome(outcome) for outcome in scenario.outcomes])
    if not scenario.alerts:
        console.print("   alert      none: people know already, and the tasks are counted")
    for alert in scenario.alerts:
        _print_alert(console, alert)


def _print_alert(console: Console, alert: str) -> None:
    console.print("   alert")
    for line in alert.splitlines():
        console.print(f"   [yellow]|[/] {escape(line)}")


def _described_action(action: ImageAction) -> str:
    name = f"as {action.tag}" if action.tag else "without a tag"
    whose = " [dim](the guard's own, which starts nothing)[/]" if is_mark(action.tag) else ""
    return f"{action.action} {action.digest[:19]} {name}{whose}"


def _described_outcome(outcome: Outcome) -> str:
    name = outcome.verdict or outcome.cause or outcome.word
    style = _STYLES.get(name, "red")
    return f"[{style}]{name}[/]: {escape(outcome.reason)}"


def _print_list(console: Console, label: str, lines: Sequence[str]) -> None:
    for index, line in enumerate(lines):
        console.print(f"   {label if index == 0 else '':<10} {line}")


def _print_end(
    console: Console, chapters: Sequence[_Chapter], stop_scenes: Sequence[StopScenario]
) -> None:
    outcomes = [outcome for chapter in chapters for outcome in chapter.outcomes]
    remedied = sum(1 for outcome in outcomes if outcome.remedy)
    alerts = sum(len(chapter.alerts) for chapter in chapters)
    deleted = sum(action.action == "DELETE" for chapter in chapters for action in chapter.actions)
    console.print(
        f"\n{len(outcomes)} pushes reached the guard: {remedied} images marked, "
        f"{alerts} alerts sent, {deleted} images deleted."
    )
    stopped = sum(len(scenario.stops) for scenario in stop_scenes)
    explained = sum(len(scenario.alerts) for scenario in stop_scenes)
    console.print(f"{stopped} tasks stopped: {explained} alert sent, which says why.")
