"""`platform-guard explain`: what a pull error means, without an AWS account."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from platform_guard.alerts.alert import Alert, Severity
from platform_guard.alerts.render.plain_text import render_text
from platform_guard.diagnosis.diagnosis import Diagnosis, alert_about_stop, diagnose
from platform_guard.diagnosis.evidence.model import NO_EVIDENCE, Evidence
from platform_guard.diagnosis.failure import PullFailure, pull_failure
from platform_guard.diagnosis.pull_error.classifier import classify
from platform_guard.diagnosis.task_event import TaskStop, parse_described_tasks, parse_task_stop
from platform_guard.event import EventError, Ignored
from platform_guard_cli.deployment_options import add_stack_option
from platform_guard_cli.errors import UsageError
from platform_guard_cli.parser import Commands

_NAME_LENGTH_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Explained:
    """A pull failure and what it means."""

    failure: PullFailure
    stop: TaskStop | None
    diagnosis: Diagnosis


def add_explain_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "explain",
        help="say what a pull error of Amazon ECS means, and how to fix it",
        description="Says what a pull error means. Takes the text of the error, the event that "
        "EventBridge delivers, or what `aws ecs describe-tasks` prints. Asks AWS nothing, "
        "unless --live is given.",
        epilog="Exit status: 0 explained, also where the text does not say why; 2 bad usage.",
    )
    parser.add_argument(
        "text",
        metavar="TEXT",
        nargs="?",
        default="-",
        help="the error, as ECS shows it; - or nothing: read it from standard input",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a failure")
    parser.add_argument(
        "--live",
        action="store_true",
        help="look at the image, the task definition, the network and the guard's records in the "
        "account of your AWS credentials as well; changes nothing, and needs an event or "
        "describe-tasks output",
    )
    add_stack_option(parser, "the stack of the guard, whose records --live reads")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    text = _read_standard_input() if options.text == "-" else _checked(options.text)
    explained = list(explain(text, stack=options.stack if options.live else None))
    if options.json:
        for item in explained:
            print(render_json_line(item.diagnosis))
    else:
        print("\n".join(map(render_for_people, explained)), end="")
    return 0


def explain(text: str, *, stack: str | None = None) -> Iterator[Explained]:
    """Explain a text, or each task that stopped in some JSON.

    With the `stack` of the guard the live account is looked at, and the guard's records. Raises
    UsageError where there is nothing to explain.
    """
    if not text.strip():
        raise UsageError("explain: there is no text; write platform-guard explain 'TEXT'")
    for stop, failure in _failures(text):
        evidence = NO_EVIDENCE if stack is None else _evidence(stop, failure, stack)
        yield Explained(failure, stop, diagnose(stop, failure, evidence))


def _evidence(stop: TaskStop | None, failure: PullFailure, stack: str) -> Evidence:
    if stop is None:
        raise UsageError(
            "explain: --live needs the task; write aws ecs describe-tasks --cluster CLUSTER "
            "--tasks TASK | platform-guard explain --live -"
        )
    # The AWS SDK takes a fifth of a second to import, which a text alone has no use for.
    from platform_guard_cli.explain.live_evidence import collect_evidence

    return collect_evidence(stop, failure, stack)


def render_json_line(diagnosis: Diagnosis) -> str:
    """Render a diagnosis as a JSON object on one line."""
    return json.dumps(
        {
            "cause": diagnosis.cause,
            "platform": diagnosis.platform or None,
            "image": diagnosis.image or None,
            "summary": diagnosis.summary,
            "fixes": [
                {"title": fix.title, "commands": list(fix.commands)} for fix in diagnosis.fixes
            ],
            "truncated": diagnosis.truncated,
        }
    )


def render_for_people(explained: Explained) -> str:
    """Render a diagnosis as the text of an alert."""
    diagnosis, stop = explained.diagnosis, explained.stop
    if stop is not None:
        return render_text(alert_about_stop(stop, explained.failure, diagnosis))
    return render_text(
        Alert(
            severity=Severity.WARNING,
            code=diagnosis.cause,
            repository="",
            title=f"{diagnosis.cause}: {diagnosis.headline}",
            summary=diagnosis.summary,
            facts=diagnosis.facts,
            evidence=diagnosis.evidence,
            fixes=diagnosis.fixes,
        )
    )


def _read_standard_input() -> str:
    if sys.stdin.isatty():
        raise UsageError("explain: nothing to explain; write platform-guard explain 'TEXT'")
    return sys.stdin.buffer.read().decode("utf-8-sig", "replace")


def _checked(text: str) -> str:
    """Give the text back. Raises UsageError where it is the name of a file."""
    may_be_name = len(text.encode(errors="replace")) <= _NAME_LENGTH_LIMIT and "\0" not in text
    if may_be_name and Path(text).is_file():
        raise UsageError(f"explain: {text} is a file; write platform-guard explain - < {text}")
    return text


def _failures(text: str) -> Iterator[tuple[TaskStop | None, PullFailure]]:
    document = _json_in(text)
    if document is None:
        yield None, PullFailure(classify(text.strip()))
        return
    for stop in _stops_in(document):
        yield stop, pull_failure(stop) or PullFailure(classify(stop.stopped_reason))


def _json_in(text: str) -> dict[str, object] | None:
    """Read an event or what describe-tasks prints; None where it is not JSON, but a text.

    `--query tasks` leaves nothing but the list of them.
    """
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(document, dict):
        return document
    return {"tasks": document} if any(isinstance(item, dict) for item in document) else None


def _stops_in(document: dict[str, object]) -> tuple[TaskStop, ...]:
    try:
        stops = _read_stops(document)
    except EventError as error:
        raise UsageError(f"explain: no event of a stopped task: {error}") from error
    if not stops:
        raise UsageError(
            "explain: no stopped task in it; ECS forgets stopped tasks after about an hour"
        )
    return stops


def _read_stops(document: dict[str, object]) -> tuple[TaskStop, ...]:
    if "tasks" in document:
        return parse_described_tasks(document)
    match parse_task_stop(document):
        case Ignored(reason):
            raise UsageError(f"explain: no event of a stopped task: {reason}")
        case TaskStop() as stop:
            return (stop,)
