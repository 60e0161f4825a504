"""The guard deployed into the AWS emulator, for the demo and for replay."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from platform_guard_cli.errors import UsageError
from platform_guard_cli.paths import REPOSITORY_ROOT
from platform_guard_emulator.deploy.deployment import Deployment
from platform_guard_emulator.runtime import Invocation

_STOP_REASONS = {"alerted": "alert sent", "ongoing": "incident already alerted"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the guard handled an event."""

    status: str
    """`not matched`, `ignored` or `failed`; for a push `stale` or `evaluated`; for a stopped task
    `alerted`, or `ongoing` if its incident was already alerted."""
    reason: str = ""
    verdict: str = ""
    remedy: str = ""
    """The action of the guard, as text; empty if no remedy was needed."""
    cause: str = ""
    """The name of the cause that stopped a task; empty for a push."""


@contextmanager
def synthesized(guard_file: Path) -> Iterator[Path]:
    """Synthesize the stack for a settings file and yield the folder of the cloud assembly.

    Runs the CDK app as `cdk synth` does. Raises UsageError with the last line of the app's errors
    if the settings are invalid.
    """
    with TemporaryDirectory(prefix="platform-guard-") as folder:
        environment = {
            **os.environ,
            "GUARD_TOML": str(guard_file),
            "GUARD_ANY_REGION": "yes",
            "CDK_OUTDIR": folder,
        }
        app = subprocess.run(
            [sys.executable, REPOSITORY_ROOT / "app.py"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if app.returncode != 0:
            lines = app.stderr.strip().splitlines() or [
                "the CDK app failed without an error message"
            ]
            raise UsageError(lines[-1])
        yield Path(folder)


def drain(deployment: Deployment) -> list[Outcome]:
    """Run the guard until its queues are empty and return the outcome of each event."""
    return [
        outcome
        for invocation in deployment.drain()
        for outcome in _outcomes(_log_entries(invocation))
    ]


def _log_entries(invocation: Invocation) -> list[dict[str, object]]:
    return [line for line in invocation.logs if isinstance(line, dict) and "message" in line]


def _outcomes(entries: Sequence[dict[str, object]]) -> Iterator[Outcome]:
    """Yield an outcome per event from a function's log, where one of these entries ends it."""
    evaluated: Outcome | None = None
    for entry in entries:
        match entry:
            case {"outcome": "ignored" | "superseded" as status, "reason": reason}:
                yield Outcome(str(status), str(reason))
            case {"outcome": "alerted" | "ongoing" as status, "cause": cause, "image": image}:
                reason = f"{_STOP_REASONS[str(status)]}, image {image}"
                yield Outcome(str(status), reason, cause=str(cause))
            case {"outcome": "evaluated", "verdict": verdict, "reason": reason}:
                if evaluated is not None:
                    yield evaluated
                evaluated = Outcome("evaluated", str(reason), str(verdict))
            case {"outcome": "remediated", "remedy": remedy} if evaluated is not None:
                yield Outcome("evaluated", evaluated.reason, evaluated.verdict, str(remedy))
                evaluated = None
            case {"outcome": "failed"}:
                evaluated = None
                yield Outcome("failed", f"{entry.get('exception_name', '')}: {entry['message']}")
            case _:
                pass  # other entries end no event
    if evaluated is not None:
        yield evaluated
