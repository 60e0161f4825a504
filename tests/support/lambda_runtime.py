"""A real Lambda runtime: AWS's runtime interface emulator and client, without a container.

The emulator is a static binary in the aws-sam-cli package, the client is the awslambdaric package.
Both are downloaded from PyPI on first use, pinned by hash in lambda-runtime.txt.
"""

import fcntl
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from platform_guard_emulator.runtime import Function

_LOCK_FILE = Path(__file__).with_name("lambda-runtime.txt")
_EMULATORS = {"x86_64": "x86_64", "aarch64": "arm64"}
_SECONDS_TO_START = 30

PLATFORM_WITHOUT_EMULATOR = (
    None
    if sys.platform == "linux" and platform.machine() in _EMULATORS
    else f"AWS has no runtime interface emulator for {sys.platform} on {platform.machine()}"
)
"""Why this platform has no emulator; None if it has one."""


def installed() -> Path:
    """Return the folder with emulator and client; download them on first use."""
    version = sha256(_LOCK_FILE.read_bytes()).hexdigest()[:12]
    folder = Path(sys.prefix) / f"lambda-runtime-{version}"
    with (Path(sys.prefix) / "lambda-runtime.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            subprocess.run(  # noqa: S603 - trusted arguments
                [
                    *(sys.executable, "-m", "pip", "install", "--quiet", "--target", folder),
                    *("--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"),
                    *("--no-compile", "--require-hashes", "--requirement", _LOCK_FILE),
                ],
                check=True,
                capture_output=True,
            )
            emulator = _emulator(folder)
            emulator.chmod(0o755)
            (folder / "ready").touch()
    return folder


def _emulator(folder: Path) -> Path:
    name = f"aws-lambda-rie-{_EMULATORS[platform.machine()]}"
    return folder / "samcli" / "local" / "rapid" / name


@dataclass(frozen=True, slots=True)
class Answer:
    """The response of an invocation and the log of the runtime."""

    response: Any
    log: str

    def entries(self) -> list[dict[str, Any]]:
        """Return the log lines that are JSON objects."""
        lines = [line for line in self.log.splitlines() if line.startswith("{")]
        return [json.loads(line) for line in lines]


class Runtime:
    """A running function."""

    def __init__(self, url: str, log: Path) -> None:
        self._url = url
        self._log = log

    def invoke(self, event: object) -> Answer:
        """Invoke the function synchronously."""
        request = urllib.request.Request(  # noqa: S310 - a loopback URL
            f"{self._url}/2015-03-31/functions/function/invocations", json.dumps(event).encode()
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
            text = answer.read().decode()
        try:
            response = json.loads(text)
        except ValueError:
            response = text
        return Answer(response, self._log.read_text(encoding="utf-8", errors="replace"))


@contextmanager
def running(
    function: Function, endpoint: str, region: str, overridden: Mapping[str, str] | None = None
) -> Iterator[Runtime]:
    """Run a function with its environment, memory and timeout, as Lambda does.

    `endpoint` replaces the AWS endpoints; `overridden` replaces environment variables.
    """
    folder = installed()
    port, api_port = _free_port(), _free_port()
    # Takes the place of the Lambda layer of the function.
    layer = os.pathsep.join([str(folder), *(path for path in sys.path if "site-packages" in path)])
    environment = {
        **function.environment,
        "AWS_ACCESS_KEY_ID": "function",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_LAMBDA_FUNCTION_NAME": function.name[:64],
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "LAMBDA_TASK_ROOT": str(function.code),
        "PYTHONPATH": layer,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": os.environ["PATH"],
        **(overridden or {}),
    }
    with tempfile.TemporaryDirectory() as logs:
        log = Path(logs) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - trusted arguments
                [
                    _emulator(folder),
                    *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
                    *("--runtime-api-address", f"127.0.0.1:{api_port}"),
                    *(sys.executable, "-m", "awslambdaric", function.handler),
                ],
                cwd=function.code,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_for(port, process)
            yield Runtime(f"http://127.0.0.1:{port}", log)
        finally:
            process.terminate()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(0.1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError("the runtime interface emulator did not start")
