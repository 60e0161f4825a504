"""The guard as it would be deployed, in the stand-in for AWS: for the demo and for replay."""

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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the guard made of what came through its queue."""

    word: str
    """`not let through`, `ignored` or `failed`; of a push `stale` or `evaluated`; of a stopped task
    `alerted`, or `ongoing` where its incident was alerted already."""
    reason: str = ""
    verdict: str = ""
    remedy: str = ""
    """What was done, in words; empty where nothing was called for."""
    cause: str = ""
    """Why a task could not start; empty for a push."""


@contextmanager
def synthesized(guard_file: Path) -> Iterator[Path]:
    """Synthesize the stack for some settings, and give the folder of the cloud assembly.

    Runs the CDK app as `cdk synth` does. Raises UsageError with the app's own line where the
    settings are wrong.
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
            lines = app.stderr.strip().splitlines() or ["the CDK app failed without a word"]
            raise UsageError(lines[-1])
        yield Path(folder)


def drain(deployment: Deployment) -> list[Outcome]:
    """Run the guard on all that waits for it, and tell what it made of each event."""
    return [
        outcome
        for invocation in deployment.drain()
        for outcome in _outcomes(_log_entries(invocation))
    ]


def _log_entries(invocation: Invocation) -> list[dict[str, object]]:
    return [line for line in invocation.logs if isinstance(line, dict) and "message" in line]


def _outcomes(entries: Sequence[dict[str, object]]) -> Iterator[Outcome]:
    """Read the function's log, in which each event ends with one of these entries."""
    evaluated: Outcome | None = None
    for entry in entries:
        match entry:
            case {"outcome": "ignored" | "stale" as word, "reason": reason}:
                yield Outcome(str(word), str(reason))
            case {"outcome": "alerted" | "ongoing" as word, "cause": cause, "image": image}:
                yield Outcome(str(word), f"{word}, for the image {image}", cause=str(cause))
            case {"outcome": "judged", "verdict": verdict, "reason": reason}:
                if evaluated is not None:
                    yield evaluated
                evaluated = Outcome("judged", str(reason), str(verdict))
            case {"outcome": "remedied", "remedy": remedy} if evaluated is not None:
                yield Outcome("judged", evaluated.reason, evaluated.verdict, str(remedy))
                evaluated = None
            case {"outcome": "failed"}:
                evaluated = None
                yield Outcome("failed", f"{entry.get('exception_name', '')}: {entry['message']}")
            case _:
                pass  # what else the function logs
    if evaluated is not None:
        yield evaluated
