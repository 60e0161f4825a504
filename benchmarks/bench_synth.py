"""Synthesis time of the default app, compared with a minimal CDK app with as many functions.

Each time is the CPU time of a new process and its Node child process. Other load on the machine
disturbs CPU time less than wall-clock time.

The first two lines compare both apps with the same options. By default, our app leaves the CDK's
template validation to the tests and a minimal app does not; the third line compares the defaults.
The goal is a ratio of at most 1.3.
"""

import os
import resource
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.ratio import median_ratio
from platform_guard_cdk.asset import stage_code
from platform_guard_cdk.cdk_process import prepare_cdk_process
from platform_guard_settings.guard_toml import load_settings

_PAIRS = 5
_STAGINGS = 20
_ROOT = Path(__file__).resolve().parent.parent
_FUNCTIONS = ("alert_dispatch", "pull_diagnosis", "push_guard", "sweep")

_APP = (str(_ROOT / "app.py"),)
# Only functions like the guard's, each with its own role and log group.
_MINIMAL = """
import sys
import aws_cdk as cdk
from aws_cdk import aws_iam as iam, aws_lambda as lambda_, aws_logs as logs

output, code_folder, *modules = sys.argv[1:]
app = cdk.App(outdir=output, analytics_reporting=False, tree_metadata=False)
stack = cdk.Stack(app, "minimal")
code = lambda_.Code.from_asset(code_folder)
for module in modules:
    lambda_.Function(
        stack,
        module,
        code=code,
        handler=f"{module}.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
        role=iam.Role(
            stack, f"{module}-role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")
        ),
        log_group=logs.LogGroup(stack, f"{module}-log"),
    )
app.synth()
"""
_COMPARISONS = (
    ("both without template validation", "false", "false"),
    ("both with template validation", "true", "true"),
    ("defaults: ours without, the minimal app with it", "false", "true"),
)
"""Title, and CDK_VALIDATION of our app and of the minimal one."""


def main() -> None:
    """Print the CPU time of synthesis, its ratio to the minimal app's, and the staging time."""
    prepare_cdk_process()
    with TemporaryDirectory() as folder:
        code, output = Path(folder, "code"), Path(folder, "cdk.out")
        staging = _seconds_to_stage(code)
        os.environ |= {"CDK_OUTDIR": str(output), "PYTHONPATH": str(_ROOT)}
        minimal = ("-c", _MINIMAL, str(output), str(code), *_FUNCTIONS)
        for arguments in (_APP, minimal):
            _cpu_seconds(arguments, "true")
        print(f"CPU time of a synthesis, median of {_PAIRS} new processes each")
        for name, app_checks, minimal_checks in _COMPARISONS:
            taken, reference, ratio = median_ratio(
                partial(_cpu_seconds, _APP, app_checks),
                partial(_cpu_seconds, minimal, minimal_checks),
                _PAIRS,
            )
            print(f"  {name:<48}  {taken:5.2f} s   {ratio:5.2f} of {reference:.2f} s")
    print(f"  {'staging of the code, included in ours':<48}  {staging:5.2f} s")


def _seconds_to_stage(folder: Path) -> float:
    started = time.process_time()
    for _ in range(_STAGINGS):
        stage_code(load_settings(_ROOT / "guard.toml"), folder)
    return (time.process_time() - started) / _STAGINGS


def _cpu_seconds(arguments: tuple[str, ...], checks: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "CDK_VALIDATION": checks}
    subprocess.run([sys.executable, *arguments], env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
