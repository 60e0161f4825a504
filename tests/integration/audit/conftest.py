from pathlib import Path

import pytest

from platform_guard_emulator import LocalAws
from tests.support.audit_command import Audit
from tests.support.filled_registry import OBSERVED


@pytest.fixture
def audit(
    tmp_path: Path,
    aws: LocalAws,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Audit:
    for name, value in {**OBSERVED, "XDG_CACHE_HOME": str(tmp_path / "cache")}.items():
        monkeypatch.setenv(name, value)
    aws.calls.clear()
    return Audit(tmp_path, capsys)
