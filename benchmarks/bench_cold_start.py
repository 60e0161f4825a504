"""Cold start of each function as deployed, against a minimal handler with one boto3 client.

AWS's runtime interface emulator runs the code as Lambda does: from the start of the runtime's
process to the answer to a first event that gives a function nothing to do. Some refuse it, which
takes milliseconds. The time is that on this machine's clock, and Lambda gives a function less CPU,
so that the ratio says more. The size is that of the archive that is uploaded.
"""

import sys
import time
import zipfile
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.ratio import median_ratio
from platform_guard_cdk.cdk_process import prepare_cdk_process
from platform_guard_emulator import LocalAws, deploy
from platform_guard_emulator.runtime import Function
from tests.support.http_endpoint import served_over_http
from tests.support.lambda_runtime import PLATFORM_WITHOUT_EMULATOR, running

_PAIRS = 7
_REGION = "eu-central-1"
_FOREIGN_EVENT = {
    "Records": [
        {
            "messageId": "1",
            "eventSource": "aws:sqs",
            "body": '{"source": "benchmark", "detail-type": "none", "detail": {}}',
        }
    ]
}
_MINIMAL = """
import boto3

ecr = boto3.client("ecr")

def handler(event, context):
    return {"batchItemFailures": []}
"""


def main() -> None:
    """Print the size of the asset, and the cold start of each function as a ratio."""
    if PLATFORM_WITHOUT_EMULATOR is not None:
        sys.exit(PLATFORM_WITHOUT_EMULATOR)
    prepare_cdk_process()
    # Not at the top: importing aws_cdk starts Node, and that must be the installed one.
    from platform_guard_cdk.synthesis import synthesize

    with TemporaryDirectory() as folder, LocalAws() as aws, served_over_http() as endpoint:
        assembly, minimal_code = Path(folder, "cdk.out"), Path(folder, "minimal")
        synthesize(Path(__file__).resolve().parent.parent / "guard.toml", assembly)
        functions = sorted(deploy(aws, assembly).functions.values(), key=lambda it: it.handler)
        minimal_code.mkdir()
        (minimal_code / "minimal.py").write_text(_MINIMAL, encoding="utf-8")
        minimal = replace(functions[0], handler="minimal.handler", code=minimal_code)
        for function in (minimal, *functions):
            _seconds_to_first_answer(function, endpoint)
        print(f"asset of all functions  {_zipped_bytes(functions[0].code) / 1000:.0f} kB")
        print(f"cold start, median of {_PAIRS} fresh runtimes each")
        for function in functions:
            taken, reference, ratio = median_ratio(
                partial(_seconds_to_first_answer, function, endpoint),
                partial(_seconds_to_first_answer, minimal, endpoint),
                _PAIRS,
            )
            print(
                f"  {function.handler:<24} {taken * 1000:4.0f} ms  {ratio:5.2f} of "
                f"{reference * 1000:.0f} ms"
            )


def _seconds_to_first_answer(function: Function, endpoint: str) -> float:
    with running(function, endpoint, _REGION) as runtime:
        # The emulator starts the runtime when it is first invoked.
        started = time.perf_counter()
        answer = runtime.invoke(_FOREIGN_EVENT)
        taken = time.perf_counter() - started
    if not isinstance(answer.response, dict) or "batchItemFailures" not in answer.response:
        sys.exit(f"{function.handler} does not answer: {answer.log}")
    return taken


def _zipped_bytes(folder: Path) -> int:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for file in sorted(folder.rglob("*")):
            target.write(file, file.relative_to(folder))
    return len(archive.getvalue())


if __name__ == "__main__":
    main()
