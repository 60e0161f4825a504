"""Injection of AWS faults, below or above the retries of the SDK."""

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

# The conflict errors of DynamoDB (DynamoDB API, UpdateItem and TransactWriteItems).
_CONFLICTS = {
    "UpdateItem": "TransactionConflictException",
    "TransactWriteItems": "TransactionCanceledException",
}

FAST_RETRIES = {"mode": "standard", "total_max_attempts": 12}


@contextmanager
def before_each_call(
    hook: Callable[[str, Params], str | None], service: str = "ecr"
) -> Iterator[None]:
    """Run a hook with operation and parameters before each call; it may return an error code.

    The call then fails with that error, as if the SDK had exhausted its retries. This affects only
    clients that are created while the context is open.
    """
    kept = "tests_params"

    def keep(params: Params, context: dict[str, Any], **_: object) -> None:
        context[kept] = params

    def before_call(model: Any, context: dict[str, Any], **_: object) -> object:
        code = hook(model.name, context.get(kept, {}))
        if code is None:
            return None
        body = {
            "Error": {"Code": code, "Message": "injected failure"},
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
    """Fail each call of an operation with an error code."""
    with before_each_call(lambda called, _: code if called == operation else None):
        yield


@contextmanager
def throttled_ecr(every: tuple[int, ...], of: int) -> Iterator[list[int]]:
    """Throttle the requests whose number modulo `of` is in `every`.

    The SDK retries them. Yield a list with one entry per throttled request.
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
    # Before moto, which responds to every request.
    BUILTIN_HANDLERS.insert(0, handler)
    try:
        yield throttled
    finally:
        BUILTIN_HANDLERS.remove(handler)


@dataclass
class Conflicts:
    """Writes that fail because of a conflict."""

    to_come: int = 0
    refused: list[str] = field(default_factory=list)
    """The operation of each failed write."""


@contextmanager
def conflicting_writes() -> Iterator[Conflicts]:
    """Fail the next `to_come` DynamoDB writes with a conflict.

    The SDK does not retry them. This affects only clients that are created while the context is
    open.
    """
    conflicts = Conflicts()

    def before_call(model: Any, **_: object) -> object:
        code = _CONFLICTS.get(model.name)
        if code is None or not conflicts.to_come:
            return None
        conflicts.to_come -= 1
        conflicts.refused.append(model.name)
        body = {
            "Error": {"Code": code, "Message": "injected failure"},
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
