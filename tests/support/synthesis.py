"""Cloud assemblies for tests, each synthesized once per test run."""

import fcntl
import os
from hashlib import sha256
from pathlib import Path

import pytest

from platform_guard_cdk.cdk_process import prepare_cdk_process


def cloud_assembly(guard_toml: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthesize the stack for a guard.toml text, and return the assembly folder.

    Runs in this process, so that only the first synthesis takes seconds.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / f"synthesis-{sha256(guard_toml.encode()).hexdigest()[:12]}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            guard_file = folder / "operator.toml"
            guard_file.write_text(guard_toml, encoding="utf-8")
            prepare_cdk_process()
            # Imported here because importing aws_cdk starts Node, which the call above selects.
            from platform_guard_cdk.synthesis import synthesize

            synthesize(guard_file, folder / "cdk.out")
            (folder / "done").touch()
    return folder / "cdk.out"
