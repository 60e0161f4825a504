"""Faults of AWS that come in the middle of many calls, below or above the SDK's retries."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.handlers import BUILTIN_HANDLERS
from moto.core.botocore_stubber import MockRawResponse

Params = dict[str, Any]

# What DynamoDB answers to a write (DynamoDB API, UpdateItem and TransactWriteItems).
_CONFLICTS = {
    "UpdateItem": "TransactionConflictException",
    "TransactWriteItems": "TransactionCanceledException",
}

FAST_RETRIES = {"mode": "standard", "total_max_attempts": 12}


@contextmanager
def before_each_call(
    hook: Callable[[str, Params], str | None], service: str = "ecr"
) -> Iterator[None]:
    """Run a hook on operation and parameters before each call; it may give an error code.

    The call is then answered with that error, as if the SDK had given up retrying. Concerns the
    clients that are made while the context is open.
    """
    kept = "tests_params"

    def keep(params: Params, context: dict[str, Any], **_: object) -> None:
        context[kept] = params

    def before_call(model: Any, context: dict[str, Any], **_: object) -> object:
        code = hook(model.name, context.get(kept, {}))
        if code is None:
            return None
        body = {
            "Error": {"Code": code, "Message": "told to fail"},
            "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RetryAttempts": 0},
        }
        return AWSResponse("", 400, HTTPHeaders(), None), body

    handlers: list[tuple[str, Callable[..., object]]] = [
        (f"provide-client-params.{service}", keep),
        (f"before-call.{service}", before_call),
    ]
    BUILTIN_HANDLERS.extend(handlers)
    try:
        yield
    finally:
        for handler in handlers:
            BUILTIN_HANDLERS.remove(handler)


@contextmanager
def failing_ecr(operation: str, code: str) -> Iterator[None]:
    """Let each call of an operation fail with an error code."""
    with before_each_call(lambda called, _: code if called == operation else None):
        yield


@contextmanager
def throttled_ecr(every: tuple[int, ...], of: int) -> Iterator[list[int]]:
    """Throttle some requests of `of` on their way, those whose numbers are in `every`.

    The SDK sees them and retries. Gives a list with an entry a request that was throttled.
    """
    throttled: list[int] = []
    count = 0

    def before_send(request: Any, **_: object) -> AWSResponse | None:
        nonlocal count
        count += 1
        if count % of not in every:
            return None
        throttled.append(count)
        body = json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"}).encode()
        headers = HTTPHeaders.from_dict({"content-type": "application/x-amz-json-1.1"})
        return AWSResponse(request.url, 400, headers, MockRawResponse(body))

    handler = ("before-send.ecr", before_send)
    # Before moto, which answers every request.
    BUILTIN_HANDLERS.insert(0, handler)
    try:
        yield throttled
    finally:
        BUILTIN_HANDLERS.remove(handler)


@dataclass
class Conflicts:
    """Writes that are turned down for the sake of others."""

    to_come: int = 0
    refused: list[str] = field(default_factory=list)
    """The operation of each that was."""


@contextmanager
def conflicting_writes() -> Iterator[Conflicts]:
    """Turn writes of DynamoDB down, as many as are said to come, as where others write as well.

    The SDK does not retry them. Concerns the clients that are made while the context is open.
    """
    conflicts = Conflicts()

    def before_call(model: Any, **_: object) -> object:
        code = _CONFLICTS.get(model.name)
        if code is None or not conflicts.to_come:
            return None
        conflicts.to_come -= 1
        conflicts.refused.append(model.name)
        body = {
            "Error": {"Code": code, "Message": "told to fail"},
            "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RetryAttempts": 0},
            "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
        }
        return AWSResponse("", 400, HTTPHeaders(), None), body

    handler = ("before-call.dynamodb", before_call)
    BUILTIN_HANDLERS.append(handler)
    try:
        yield conflicts
    finally:
        BUILTIN_HANDLERS.remove(handler)
