"""Runs the scenarios of the demo and prints them in a terminal."""

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
from platform_guard_cli.demo.stops import StopScenario, run_stop_scenarios
from platform_guard_cli.paths import IMAGES
from platform_guard_cli.replay.emulator import Outcome, drain, synthesized
from platform_guard_cli.replay.scenarios import SCENARIOS, Scenario
from platform_guard_emulator import deploy
from platform_guard_emulator.account import LocalAws
from platform_guard_emulator.deploy.deployment import Deployment
from platform_guard_emulator.layouts import push_layout

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

_STYLES = {"compliant": "green", "not-an-image": "cyan", "superseded": "cyan"}


@dataclass(frozen=True, slots=True)
class _ScenarioResult:
    """The outcomes of a scenario."""

    actions: tuple[ImageAction, ...]
    outcomes: tuple[Outcome, ...]
    tags: tuple[str, ...]
    """The tagged images in the repository afterwards, one line per image."""
    alerts: tuple[str, ...]


def run_demo(guard_file: Path, console: Console) -> None:
    """Deploy the guard into the emulator, run every scenario, and print the results."""
    console.print("[bold]ecr-platform-guard[/] on a local AWS emulator, in this process\n")
    with ExitStack() as stack:
        with _step(console, "synthesize the CDK app"):
            assembly = stack.enter_context(synthesized(guard_file))
        with _step(console, "deploy the template: rules, queues, functions, roles, topic, table"):
            aws = stack.enter_context(LocalAws())
            deployment = deploy(aws, assembly)
        recorder = EventRecorder(aws)
        results = []
        for number, scenario in enumerate(SCENARIOS, 1):
            with console.status(f"scenario {number} of {len(SCENARIOS)}: {scenario.title}"):
                result = _play(scenario, aws, deployment, recorder)
            _print_scenario(console, number, scenario, result)
            results.append(result)
        stop_scenarios = []
        for number, stop_scenario in enumerate(
            run_stop_scenarios(aws, deployment), len(SCENARIOS) + 1
        ):
            _print_stop_scenario(console, number, stop_scenario)
            stop_scenarios.append(stop_scenario)
    _print_end(console, results, stop_scenarios)


@contextmanager
def _step(console: Console, title: str) -> Iterator[None]:
    started = time.monotonic()
    with console.status(title):
        yield
    console.print(f"  {title} [dim]({time.monotonic() - started:.1f} s)[/]")


def _play(
    scenario: Scenario, aws: LocalAws, deployment: Deployment, recorder: EventRecorder
) -> _ScenarioResult:
    ecr: ECRClient = aws.client("ecr")
    with suppress(ecr.exceptions.RepositoryAlreadyExistsException):
        ecr.create_repository(repositoryName=scenario.repository)
    known_alerts = len(deployment.alerts())
    for image_push in scenario.pushes:
        push_layout(aws, scenario.repository, IMAGES / image_push.layout, image_push.tag)
    outcomes = drain(deployment)
    return _ScenarioResult(
        actions=tuple(recorder.actions()),
        outcomes=tuple(outcomes),
        tags=tuple(_format_tags(ecr, scenario.repository)),
        alerts=tuple(alert.texts["email"] for alert in deployment.alerts()[known_alerts:]),
    )


def _format_tags(ecr: "ECRClient", repository: str) -> Iterator[str]:
    images = ecr.describe_images(repositoryName=repository, filter={"tagStatus": "TAGGED"})
    for image in images["imageDetails"]:
        tags = sorted(image.get("imageTags", []), key=lambda tag: (is_mark(tag), tag))
        marked = ", ".join(f"[yellow]{tag}[/]" if is_mark(tag) else tag for tag in tags)
        yield f"{image['imageDigest'][:19]} {marked}"


def _print_scenario(
    console: Console, number: int, scenario: Scenario, result: _ScenarioResult
) -> None:
    console.print(f"\n[bold]{number}. {scenario.title}[/]")
    console.print(f"   [dim]$ {scenario.command}[/]")
    _print_list(console, "events", [_format_action(action) for action in result.actions])
    _print_list(console, "verdict", [_format_outcome(outcome) for outcome in result.outcomes])
    remedies = [outcome.remedy for outcome in result.outcomes if outcome.remedy]
    _print_list(console, "remedy", remedies or ["none needed"])
    _print_list(console, "tags", result.tags)
    for alert in result.alerts:
        _print_alert(console, alert)


def _print_stop_scenario(console: Console, number: int, scenario: StopScenario) -> None:
    console.print(f"\n[bold]{number}. {scenario.title}[/]")
    if scenario.command:
        console.print(f"   [dim]$ {scenario.command}[/]")
    _print_list(
        console,
        "stopped",
        [f"{stop.group} {stop.task_id[:8]}…{stop.task_id[-4:]}" for stop in scenario.stops],
    )
    _print_list(console, "cause", [_format_outcome(outcome) for outcome in scenario.outcomes])
    if not scenario.alerts:
        console.print(
            "   alert      none: this incident was already reported, the tasks are counted"
        )
    for alert in scenario.alerts:
        _print_alert(console, alert)


def _print_alert(console: Console, alert: str) -> None:
    console.print("   alert")
    for line in alert.splitlines():
        console.print(f"   [yellow]|[/] {escape(line)}")


def _format_action(action: ImageAction) -> str:
    tag = f"tag {action.tag}" if action.tag else "untagged"
    note = " [dim](the guard's own tag, ignored)[/]" if is_mark(action.tag) else ""
    return f"{action.action} {action.digest[:19]} {tag}{note}"


def _format_outcome(outcome: Outcome) -> str:
    name = outcome.verdict or outcome.cause or outcome.status
    style = _STYLES.get(name, "red")
    return f"[{style}]{name}[/]: {escape(outcome.reason)}"


def _print_list(console: Console, label: str, lines: Sequence[str]) -> None:
    for index, line in enumerate(lines):
        console.print(f"   {label if index == 0 else '':<10} {line}")


def _print_end(
    console: Console, results: Sequence[_ScenarioResult], stop_scenarios: Sequence[StopScenario]
) -> None:
    outcomes = [outcome for result in results for outcome in result.outcomes]
    remedied = sum(1 for outcome in outcomes if outcome.remedy)
    alerts = sum(len(result.alerts) for result in results)
    deleted = sum(action.action == "DELETE" for result in results for action in result.actions)
    console.print(
        f"\n{len(outcomes)} pushes reached the guard: {remedied} images marked, "
        f"{alerts} alerts sent, {deleted} images deleted."
    )
    stopped = sum(len(scenario.stops) for scenario in stop_scenarios)
    explained = sum(len(scenario.alerts) for scenario in stop_scenarios)
    alerts_sent = f"{explained} alert{'' if explained == 1 else 's'} sent"
    console.print(f"{stopped} tasks stopped: {alerts_sent}, with the cause and the fix.")
