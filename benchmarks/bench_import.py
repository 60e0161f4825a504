"""Import time of the push guard's entry point, compared with boto3 and one ECR client.

Each time is the CPU time of a new process minus that of an empty one. Other load on the machine
disturbs CPU time less than wall-clock time. The entry point creates the same client from botocore
during its import. The goal is a ratio of at most 1.5.
"""

import os
import resource
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.ratio import median_ratio
from platform_guard.settings import SETTINGS_FILE, Settings
from platform_guard_settings.compiled import compile_settings

_PAIRS = 15
_LAMBDAS = Path(__file__).resolve().parent.parent / "lambdas"
_REFERENCE = 'import boto3; boto3.session.Session(region_name="eu-central-1").client("ecr")'
_STEPS = (
    ("import boto3", "import boto3"),
    ("boto3 and one ECR client", _REFERENCE),
    (
        "the client from botocore",
        'import botocore.session; botocore.session.Session().create_client("ecr")',
    ),
    ("boto3, Logger, Metrics", f"{_REFERENCE}; from aws_lambda_powertools import Logger, Metrics"),
    (
        "boto3, Logger … Batch",
        f"{_REFERENCE}; from aws_lambda_powertools import Logger, Metrics; "
        "import aws_lambda_powertools.utilities.batch",
    ),
    ("the entry point", "import push_guard"),
)


def main() -> None:
    """Print the time of each import step and its ratio to the reference."""
    with TemporaryDirectory() as folder:
        Path(folder, SETTINGS_FILE).write_text(compile_settings(Settings()), encoding="utf-8")
        environment = {
            **os.environ,
            "AWS_DEFAULT_REGION": "eu-central-1",
            "GUARD_DISPATCH_QUEUE_URL": "https://queue",
            "GUARD_STATE_TABLE": "table",
            "GUARD_TOPIC_ARN": "topic",
            "LAMBDA_TASK_ROOT": folder,
            "POWERTOOLS_METRICS_NAMESPACE": "benchmark",
            "POWERTOOLS_SERVICE_NAME": "benchmark",
            "PYTHONPATH": str(_LAMBDAS),
        }
        for _, code in _STEPS:
            _seconds(code, environment)
        print(f"import, median of {_PAIRS} new processes each")
        for name, code in _STEPS:
            taken, reference, ratio = median_ratio(
                partial(_net_seconds, code, environment),
                partial(_net_seconds, _REFERENCE, environment),
                _PAIRS,
            )
            print(f"  {name:<26} {taken * 1000:4.0f} ms  {ratio:5.2f} of {reference * 1000:.0f} ms")


def _net_seconds(code: str, environment: dict[str, str]) -> float:
    return _seconds(code, environment) - _seconds("", environment)


def _seconds(code: str, environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
