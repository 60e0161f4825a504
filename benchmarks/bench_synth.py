"""Synthesis of the default app, against a minimal CDK app with as many functions.

Each is the CPU time of a whole fresh process and of the Node that it starts, which other work on
the machine disturbs less than the time on the clock.

The first two lines compare like with like. The default app leaves the CDK's check of the templates
to the tests, which a minimal one does not: the third line compares both as they run by default. A
ratio of at most 1.3 is the aim.
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

_PAIRS = 5
_STAGINGS = 20
_ROOT = Path(__file__).resolve().parent.parent
_FUNCTIONS = ("alert_dispatch", "pull_diagnosis", "push_guard", "sweep")

_APP = (str(_ROOT / "app.py"),)
# Functions as the guard's, each with a role and a log group of its own, and nothing around them.
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
    ("both without the CDK's checks", "false", "false"),
    ("both with them", "true", "true"),
    ("each by default: ours without, the minimal app with", "false", "true"),
)
"""What a line is called, and whether the app and the minimal one check the templates."""


def main() -> None:
    """Print the CPU of synthesis, its ratio to the minimal app's, and what is in both."""
    prepare_cdk_process()
    with TemporaryDirectory() as folder:
        code, output = Path(folder, "code"), Path(folder, "cdk.out")
        staging = _seconds_to_stage(code)
        os.environ |= {"CDK_OUTDIR": str(output), "PYTHONPATH": str(_ROOT)}
        minimal = ("-c", _MINIMAL, str(output), str(code), *_FUNCTIONS)
        for arguments in (_APP, minimal):
            _cpu_seconds(arguments, "true")
        print(f"CPU of a synthesis, median of {_PAIRS} fresh processes each")
        for name, app_checks, minimal_checks in _COMPARISONS:
            taken, reference, ratio = median_ratio(
                partial(_cpu_seconds, _APP, app_checks),
                partial(_cpu_seconds, minimal, minimal_checks),
                _PAIRS,
            )
            print(f"  {name:<51}  {taken:5.2f} s   {ratio:5.2f} of {reference:.2f} s")
    print(f"  {'copying of the code, which is in all of ours':<51}  {staging:5.2f} s")


def _seconds_to_stage(folder: Path) -> float:
    started = time.process_time()
    for _ in range(_STAGINGS):
        stage_code(_ROOT / "guard.toml", folder)
    return (time.process_time() - started) / _STAGINGS


def _cpu_seconds(arguments: tuple[str, ...], checks: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "CDK_VALIDATION": checks}
    subprocess.run([sys.executable, *arguments], env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
