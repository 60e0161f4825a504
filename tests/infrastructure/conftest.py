import fcntl
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from stacks.node import use_installed_node
from tests.infrastructure.template import Synthesis, Template

Synthesize = Callable[[str], Synthesis]


@pytest.fixture(scope="session")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Synthesize:
    """Synthesize the stack for the text of a guard.toml, once for all processes of a test run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def run(guard_toml: str) -> Synthesis:
        folder = shared / f"synthesis-{sha256(guard_toml.encode()).hexdigest()[:12]}"
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "done").exists():
                guard_file = folder / "operator.toml"
                guard_file.write_text(guard_toml, encoding="utf-8")
                use_installed_node()
                # Not at the top: importing aws_cdk starts Node, and that must be the installed one.
                from stacks.synthesis import synthesize as synthesize_stack

                synthesize_stack(guard_file, folder / "cdk.out")
                (folder / "done").touch()
        return Synthesis(folder / "cdk.out")

    return run


@pytest.fixture(scope="session")
def default(synthesize: Synthesize) -> Synthesis:
    """The stack for the guard.toml of the repository."""
    return synthesize((Path(__file__).parents[2] / "guard.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def template(default: Synthesis) -> Template:
    return default.template


@pytest.fixture(scope="session")
def alert_only(synthesize: Synthesize) -> Template:
    """The stack of an operator who lets the guard change nothing and wants mail at once.

    Exited tasks are not checked.
    """
    return synthesize("""
        [guard]
        delay_seconds = 0
        verify_config = false

        [remedies]
        missing-platform = "alert"
        index-only = "alert"
        no-image = "alert"
        dangling = "alert"
        mislabeled = "alert"

        [alerts]
        emails = ["team@example.com", "on-call@example.com"]

        [diagnosis]
        exec_format = false
    """).template
