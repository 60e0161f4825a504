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
class Explanation:
    """A pull failure and its diagnosis."""

    failure: PullFailure
    stop: TaskStop | None
    diagnosis: Diagnosis


def add_explain_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "explain",
        help="explain a pull error of Amazon ECS and how to fix it",
        description="Explains what a pull error means. Takes the error text, the event that "
        "EventBridge delivers, or the output of `aws ecs describe-tasks`. Calls AWS only with "
        "--live.",
        epilog="Exit status: 0 explained, even if the cause is unknown; 2 bad usage.",
    )
    parser.add_argument(
        "text",
        metavar="TEXT",
        nargs="?",
        default="-",
        help="the error as ECS shows it (default: - for standard input)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per failure")
    parser.add_argument(
        "--live",
        action="store_true",
        help="also read the image, the task definition, the network and the guard's records in the "
        "account of your AWS credentials; changes nothing; needs an event or describe-tasks output",
    )
    add_stack_option(parser, "the CloudFormation stack of the guard, whose records --live reads")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    text = _read_standard_input() if options.text == "-" else _checked(options.text)
    explained = list(explain(text, stack=options.stack if options.live else None))
    if options.json:
        for item in explained:
            print(render_json_line(item.diagnosis))
    else:
        print("\n".join(map(render_explanation, explained)), end="")
    return 0


def explain(text: str, *, stack: str | None = None) -> Iterator[Explanation]:
    """Explain an error text, or each stopped task in a JSON document.

    With `stack`, the guard's stack, evidence is collected from the live account and the guard's
    records. Raises UsageError if there is nothing to explain.
    """
    if not text.strip():
        raise UsageError("explain: The text is empty. Run platform-guard explain 'TEXT'.")
    for stop, failure in _failures(text):
        evidence = NO_EVIDENCE if stack is None else _evidence(stop, failure, stack)
        yield Explanation(failure, stop, diagnose(stop, failure, evidence))


def _evidence(stop: TaskStop | None, failure: PullFailure, stack: str) -> Evidence:
    if stop is None:
        raise UsageError(
            "explain: --live needs the task. Run aws ecs describe-tasks --cluster CLUSTER "
            "--tasks TASK | platform-guard explain --live -"
        )
    # The AWS SDK takes a fifth of a second to import, and an error text does not need it.
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


def render_explanation(explained: Explanation) -> str:
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
        raise UsageError("explain: Nothing to explain. Run platform-guard explain 'TEXT'.")
    return sys.stdin.buffer.read().decode("utf-8-sig", "replace")


def _checked(text: str) -> str:
    """Return the text. Raises UsageError if it is the name of a file."""
    may_be_name = len(text.encode(errors="replace")) <= _NAME_LENGTH_LIMIT and "\0" not in text
    if may_be_name and Path(text).is_file():
        raise UsageError(f"explain: {text} is a file. Run platform-guard explain - < {text}")
    return text


def _failures(text: str) -> Iterator[tuple[TaskStop | None, PullFailure]]:
    document = _json_in(text)
    if document is None:
        yield None, PullFailure(classify(text.strip()))
        return
    for stop in _stops_in(document):
        yield stop, pull_failure(stop) or PullFailure(classify(stop.stopped_reason))


def _json_in(text: str) -> dict[str, object] | None:
    """Parse an event or the output of describe-tasks. Return None for any other text.

    With `--query tasks`, the output is only the list of tasks.
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
        raise UsageError(f"explain: Not an event of a stopped task: {error}") from error
    if not stops:
        raise UsageError(
            "explain: No stopped task in the input. ECS keeps stopped tasks for about an hour."
        )
    return stops


def _read_stops(document: dict[str, object]) -> tuple[TaskStop, ...]:
    if "tasks" in document:
        return parse_described_tasks(document)
    match parse_task_stop(document):
        case Ignored(reason):
            raise UsageError(f"explain: Not an event of a stopped task: {reason}")
        case TaskStop() as stop:
            return (stop,)
