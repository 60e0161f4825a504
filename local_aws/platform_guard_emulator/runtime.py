"""An emulation of Lambda's Python runtime: runs a handler from its asset in this process."""

import importlib.util
import io
import json
import logging
import os
import sys
import traceback
import uuid
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TextIO, TypeVar, cast
from unittest.mock import patch

import boto3
from aws_lambda_powertools.utilities.parameters.constants import DEFAULT_PROVIDERS

LIBRARY = "platform_guard"
"""The package in every asset. The installed copy runs, after a comparison with the asset's."""

_INHERITED_VARIABLES = ("HOME", "MOTO_ACCOUNT_ID", "MOTO_EC2_LOAD_DEFAULT_AMIS", "PATH", "TMPDIR")

Key = TypeVar("Key")
Value = TypeVar("Value")
Handler = Callable[[object, "LambdaContext"], object]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Temporary credentials of a role."""

    access_key_id: str
    secret_access_key: str
    session_token: str


@dataclass(frozen=True, slots=True)
class Function:
    """A deployed function. `timeout` in seconds, `memory` in MiB; `code` is the asset's folder."""

    logical_id: str
    name: str
    arn: str
    handler: str
    environment: dict[str, str]
    role_arn: str
    code: Path
    timeout: int
    memory: int
    log_group_arn: str = ""
    """Empty if Lambda creates the log group itself."""

    @property
    def module(self) -> str:
        """The handler's module, such as `push_guard` of `push_guard.handler`."""
        return self.handler.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of a handler.

    `logs` are the lines on standard output, parsed if they are JSON. `error` is the traceback of an
    exception in the handler; `response` is None then. `slept` is the sum of its `time.sleep` calls
    in seconds, which return at once here.
    """

    function: str
    event: object
    response: object
    logs: tuple[object, ...]
    error: str | None
    slept: float = 0.0


class LambdaContext:
    """The context object: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html."""

    def __init__(self, function: Function, clock: Callable[[], datetime]) -> None:
        self.aws_request_id = str(uuid.uuid4())
        self.function_name = function.name
        self.function_version = "$LATEST"
        self.invoked_function_arn = function.arn
        self.memory_limit_in_mb = str(function.memory)
        self.log_group_name = f"/aws/lambda/{function.name}"
        self.log_stream_name = "local"
        self._clock = clock
        self._deadline = clock() + timedelta(seconds=function.timeout)

    def get_remaining_time_in_millis(self) -> int:
        """Return the time left until the function's timeout, which is not enforced here."""
        left = self._deadline - self._clock()
        return max(0, int(left / timedelta(milliseconds=1)))


class _StandardOutput(io.TextIOBase):
    """Standard output of all functions. Loggers hold on to it, so only its target is replaced."""

    def __init__(self) -> None:
        super().__init__()
        self.target = io.StringIO()

    def write(self, text: str) -> int:
        return self.target.write(text)


_STDOUT = _StandardOutput()


@dataclass(slots=True)
class _ProcessState:
    """The process state of one function between its invocations, isolated from the others."""

    modules: dict[str, ModuleType] = field(default_factory=dict)
    loggers: dict[str, logging.Logger | logging.PlaceHolder] = field(default_factory=dict)
    parameter_providers: dict[str, object] = field(default_factory=dict)
    session: boto3.Session | None = None
    handler: Handler | None = None


class Sandbox:
    """The execution environment of a function: a cold start first, warm afterwards."""

    def __init__(
        self,
        function: Function,
        region: str,
        clock: Callable[[], datetime],
        assume_role: Callable[[], Credentials],
    ) -> None:
        self.function = function
        self._region = region
        self._clock = clock
        self._assume_role = assume_role
        self._state = _ProcessState()

    def invoke(self, event: object) -> Invocation:
        """Run the handler on an event. Raises the exception if the module cannot be loaded."""
        _STDOUT.target = io.StringIO()
        error: str | None = None
        response: object = None
        slept: list[float] = []
        with self._process(), patch("time.sleep", slept.append):
            handler = self._state.handler or self._load()
            self._state.handler = handler
            try:
                answer = handler(json.loads(json.dumps(event)), self._context())
                response = json.loads(json.dumps(answer))
            except Exception:
                error = traceback.format_exc()
        logs = tuple(_parse_line(line) for line in _STDOUT.target.getvalue().splitlines())
        return Invocation(self.function.logical_id, event, response, logs, error, sum(slept))

    def _context(self) -> LambdaContext:
        return LambdaContext(self.function, self._clock)

    def _load(self) -> Handler:
        name, attribute = self.function.module, self.function.handler.rpartition(".")[2]
        file = self.function.code / f"{name.replace('.', '/')}.py"
        assert_same_library(self.function.code)
        spec = importlib.util.spec_from_file_location(name, file)
        if spec is None or spec.loader is None or not file.is_file():
            raise FileNotFoundError(f"The asset has no {file} for {self.function.handler}")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        if LIBRARY in sys.modules and not (self.function.code / LIBRARY).is_dir():
            raise ModuleNotFoundError(f"{file} imports {LIBRARY}, which is not in the asset")
        return cast("Handler", getattr(module, attribute))

    def _environment(self) -> dict[str, str]:
        function = self.function
        credentials = self._assume_role()
        return {
            **{name: os.environ[name] for name in _INHERITED_VARIABLES if name in os.environ},
            **function.environment,
            "AWS_ACCESS_KEY_ID": credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
            "AWS_SESSION_TOKEN": credentials.session_token,
            "AWS_REGION": self._region,
            "AWS_DEFAULT_REGION": self._region,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "LAMBDA_TASK_ROOT": str(function.code),
            "_HANDLER": function.handler,
            "TZ": ":UTC",
        }

    @contextmanager
    def _process(self) -> Iterator[None]:
        """Replace the process state of the test with that of the function."""
        state = self._state
        environment = self._environment()
        outer_session, outer_stdout = boto3.DEFAULT_SESSION, sys.stdout
        outer_modules = _pop_modules(self.function.module)
        sys.modules.update(state.modules)
        boto3.DEFAULT_SESSION = state.session
        sys.stdout = cast("TextIO", _STDOUT)
        try:
            with (
                _replaced(os.environ, environment),
                _replaced(logging.root.manager.loggerDict, state.loggers),
                _replaced(DEFAULT_PROVIDERS, state.parameter_providers),
            ):
                yield
        finally:
            sys.stdout = outer_stdout
            state.session, boto3.DEFAULT_SESSION = boto3.DEFAULT_SESSION, outer_session
            state.modules = _pop_modules(self.function.module)
            sys.modules.update(outer_modules)


def assert_same_library(code: Path) -> None:
    """Raise AssertionError if the library in the asset differs from the installed one.

    The installed one runs here and must be the one that is deployed.
    """
    if not (code / LIBRARY).is_dir():
        return
    spec = importlib.util.find_spec(LIBRARY)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"{LIBRARY} is not installed")
    installed = _sources(Path(spec.submodule_search_locations[0]))
    deployed = _sources(code / LIBRARY)
    different = sorted(
        str(path)
        for path in installed.keys() | deployed.keys()
        if installed.get(path) != deployed.get(path)
    )
    if different:
        raise AssertionError(
            f"{code / LIBRARY} differs from the installed {LIBRARY} in {', '.join(different)}: "
            "synthesize again"
        )


@cache
def _sources(folder: Path) -> dict[Path, bytes]:
    # Assets are named by hash, and the installed package does not change within a process.
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.py")}


def _pop_modules(entry: str) -> dict[str, ModuleType]:
    """Remove a function's module and the library from `sys.modules` and return them."""
    names = [
        name for name in sys.modules if name in (LIBRARY, entry) or name.startswith(f"{LIBRARY}.")
    ]
    return {name: sys.modules.pop(name) for name in names}


@contextmanager
def _replaced(
    shared: MutableMapping[Key, Value], own: MutableMapping[Key, Value]
) -> Iterator[None]:
    outer = dict(shared)
    shared.clear()
    shared.update(own)
    try:
        yield
    finally:
        own.clear()
        own.update(shared)
        shared.clear()
        shared.update(outer)


def _parse_line(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return line
