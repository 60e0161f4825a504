from collections.abc import Callable

import pytest

from tests.infrastructure.settings import EVERYTHING, HARDENED
from tests.infrastructure.template import Synthesis, Template
from tests.support.paths import ROOT
from tests.support.synthesis import cloud_assembly

Synthesize = Callable[[str], Synthesis]


@pytest.fixture(scope="session")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Synthesize:
    """Synthesize a stack from guard.toml text, once for all processes of a test run."""

    def run(guard_toml: str) -> Synthesis:
        return Synthesis(cloud_assembly(guard_toml, tmp_path_factory))

    return run


@pytest.fixture(scope="session")
def default(synthesize: Synthesize) -> Synthesis:
    """The stack for the repository's own guard.toml."""
    return synthesize((ROOT / "guard.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def template(default: Synthesis) -> Template:
    return default.template


@pytest.fixture(scope="session")
def hardened(synthesize: Synthesize) -> Template:
    return synthesize(HARDENED).template


@pytest.fixture(scope="session")
def everything(synthesize: Synthesize) -> Template:
    return synthesize(EVERYTHING).template


@pytest.fixture(scope="session")
def alert_only(synthesize: Synthesize) -> Template:
    """The stack for settings that only alert, without delay, and ignore exited tasks."""
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


@pytest.fixture(scope="session")
def overridable(synthesize: Synthesize) -> Template:
    """The stack for settings that mark only in some repositories and allow team overrides."""
    return synthesize("""
        [guard]
        repository_overrides = ["index_rule"]

        [remedies]
        missing-platform = "alert"
        index-only = "alert"
        no-image = "alert"
        dangling = "alert"
        mislabeled = "alert"

        [[repository]]
        repository = "ml/*"
        remedies.missing-platform = "tag"
    """).template
