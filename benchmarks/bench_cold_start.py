"""Cold start of each deployed function, compared with a minimal handler with one boto3 client.

AWS's runtime interface emulator runs the code as Lambda does. The benchmark measures from the start
of the runtime process to the response to a first event without work; rejecting the event takes
milliseconds. Lambda has less CPU than this machine, so the ratio is more significant than the
wall-clock time. The asset size is that of the uploaded archive.
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
    """Print the size of the asset and the cold start of each function as a ratio."""
    if PLATFORM_WITHOUT_EMULATOR is not None:
        sys.exit(PLATFORM_WITHOUT_EMULATOR)
    prepare_cdk_process()
    # Imported after prepare_cdk_process, because importing aws_cdk starts Node.
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
        print(f"cold start, median of {_PAIRS} new runtimes each")
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
        sys.exit(f"{function.handler} did not respond: {answer.log}")
    return taken


def _zipped_bytes(folder: Path) -> int:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for file in sorted(folder.rglob("*")):
            target.write(file, file.relative_to(folder))
    return len(archive.getvalue())


if __name__ == "__main__":
    main()
