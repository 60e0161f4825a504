"""The number of source files in which the functions run code for an event.

Each event is replayed on the emulator, including its alerts. Every function of `lambdas/` that runs
during a handler is recorded by its file. Modules and classes that are only loaded do not count.
"""

import inspect
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from platform_guard_cli.replay.replay import replay

_ROOT = Path(__file__).resolve().parent.parent
_EVENTS = {
    "healthy push": "ecr/push-multi-platform.json",
    "push with a finding": "ecr/push-arm64-index.json",
    "stopped task": "ecs/fargate-platform-mismatch.json",
}
_FOLDERS = ("lambdas/", "/asset.")
"""The library in the repository, and the handlers, which the emulator loads from the asset."""


def main() -> None:
    """Print the number of files for each event, and their names with `--list`."""
    for name, event in _EVENTS.items():
        with _recorded() as files:
            for replayed in replay([_ROOT / "events" / event], _ROOT / "guard.toml", []):
                outcome = replayed.outcome.status
        print(f"{name:<20} {len(files):3} files ({outcome})")
        if "--list" in sys.argv[1:]:
            print("\n".join(f"  {file}" for file in sorted(files)))


@contextmanager
def _recorded() -> Iterator[set[str]]:
    files: set[str] = set()
    handlers: list[FrameType] = []

    def record(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "return" and handlers and frame is handlers[-1]:
            handlers.pop()
        if event != "call" or not code.co_flags & inspect.CO_OPTIMIZED:
            return
        if _is_guard_source(code.co_filename):
            if code.co_name == "handler":
                handlers.append(frame)
            if handlers:
                files.add(_name(code.co_filename))

    sys.setprofile(record)
    threading.setprofile(record)
    try:
        yield files
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def _is_guard_source(file: str) -> bool:
    return any(folder in file for folder in _FOLDERS) and "site-packages" not in file


def _name(file: str) -> str:
    """Return the path within the functions' code."""
    for folder in ("/lambdas/", "/asset."):
        if folder in file:
            below = file.rpartition(folder)[2]
            return below if folder == "/lambdas/" else below.partition("/")[2]
    return file


if __name__ == "__main__":
    main()
