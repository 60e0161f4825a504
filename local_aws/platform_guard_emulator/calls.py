"""The gate that every AWS call in this process passes before moto answers it.

Calls with the credentials of a role are recorded, can be made to fail, and are authorized by the
role's policies. All other calls are those of the administrator and are always allowed.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError
from botocore.handlers import BUILTIN_HANDLERS

from platform_guard_emulator.iam.keys import actions_on_key, customer_key_of
from platform_guard_emulator.iam.permissions import Permission, Scope, required_permissions
from platform_guard_emulator.iam.policy import Decision, evaluate

if TYPE_CHECKING:
    from botocore.model import OperationModel
    from botocore.signers import RequestSigner

_PARAMS = "local_aws_params"
_DENIED = {"sns": "AuthorizationError", "s3": "AccessDenied", "sqs": "AccessDenied",
           "sts": "AccessDenied", "ec2": "UnauthorizedOperation"}  # fmt: skip

CALL_TIMEOUT = "call timeout"
"""Instead of an error code: the call times out."""

ErrorResponse = tuple[AWSResponse, dict[str, object]]


@dataclass(frozen=True, slots=True)
class ApiCall:
    """An AWS call: botocore's service name (`ecr`), the operation (`PutImage`), its parameters."""

    service: str
    operation: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: its ARN and the JSON policy documents in force; None allows everything."""

    arn: str
    policies: Callable[[], Sequence[str]] | None

    @property
    def role(self) -> str:
        """Return the role name, the second path segment in the ARN of a role and of a session."""
        return self.arn.partition("/")[2].partition("/")[0]


class Denied(BaseException):
    """A permission of a role was denied. A BaseException, so that no handler catches it."""


@dataclass(slots=True)
class _Failure:
    code: str
    remaining: int
    successes_first: int
    """How many calls succeed before the failures begin."""


@dataclass(slots=True)
class CallGate:
    """Records, fails and authorizes the calls of the principals it knows."""

    account: str
    principals: dict[str, Principal] = field(default_factory=dict)
    calls: list[ApiCall] = field(default_factory=list)
    requested_permissions: list[tuple[str, Permission]] = field(default_factory=list)
    """The role name and permission of each check, allowed or denied. May be cleared."""
    denied_permissions: list[Permission] = field(default_factory=list)
    """The permissions that principals requested and do not have. May be cleared."""
    raises_on_denial: bool = False
    """Whether a denial raises `Denied`."""
    _failures: dict[str, list[_Failure]] = field(default_factory=dict)

    def fail(self, operation: str, error_code: str, times: int, after: int) -> None:
        """Make calls of an operation fail, as if the SDK's retries were used up."""
        self._failures.setdefault(operation, []).append(_Failure(error_code, times, after))

    def clear_failures(self) -> None:
        """Cancel all pending failures."""
        self._failures.clear()

    def record_params(
        self, params: Mapping[str, object], context: dict[str, object], **_: object
    ) -> None:
        """Record the parameters before botocore serializes them into an HTTP request."""
        context[_PARAMS] = dict(params)

    def admit(
        self,
        model: "OperationModel",
        request_signer: "RequestSigner",
        context: dict[str, Any],
        **_: object,
    ) -> ErrorResponse | None:
        """Return the error response of a call, or None to pass it on (botocore's `before-call`)."""
        principal = self.principals.get(_access_key(request_signer))
        if principal is None:
            return None
        call = ApiCall(model.service_model.service_name, model.name, context[_PARAMS])
        self.calls.append(call)
        code = self._next_failure(call.operation)
        if code == CALL_TIMEOUT:
            raise ReadTimeoutError(endpoint_url=call.service)
        if code is not None:
            return _error_response(code, f"The emulator fails {call.operation} on request")
        scope = Scope(self.account, str(context["client_region"]))
        return self._access_denied(principal, call, scope)

    def authorize(
        self, principal: Principal, permission: Permission, context: Mapping[str, str]
    ) -> str | None:
        """Return AWS's message for a permission that a principal lacks, or None if it has it."""
        if principal.policies is None:
            return None
        self.requested_permissions.append((principal.role, permission))
        verdict = evaluate(principal.policies(), permission.action, permission.resource, context)
        match verdict:
            case Decision.ALLOWED:
                return None
            case Decision.EXPLICITLY_DENIED:
                reason = "with an explicit deny in an identity-based policy"
            case Decision.NOT_ALLOWED:
                reason = f"because no identity-based policy allows the {permission.action} action"
        self.denied_permissions.append(permission)
        if self.raises_on_denial:
            raise Denied(permission)
        return (
            f"User: {principal.arn} is not authorized to perform: {permission.action} on "
            f"resource: {permission.resource} {reason}"
        )

    def _access_denied(
        self, principal: Principal, call: ApiCall, scope: Scope
    ) -> ErrorResponse | None:
        if (call.service, call.operation) == ("sts", "GetCallerIdentity"):
            return None
        context = condition_keys(call.params, scope)
        for permission in _required(call, scope):
            message = self.authorize(principal, permission, context)
            if message is not None:
                return _error_response(_DENIED.get(call.service, "AccessDeniedException"), message)
        return None

    def _next_failure(self, operation: str) -> str | None:
        for failure in self._failures.get(operation, []):
            if failure.successes_first:
                failure.successes_first -= 1
                return None
            if failure.remaining:
                failure.remaining -= 1
                return failure.code
        return None


def with_key_permissions(permission: Permission) -> Iterator[Permission]:
    """Yield a permission and those on the customer managed key that encrypts its resource."""
    yield permission
    actions = actions_on_key(permission.action)
    if actions and (key := customer_key_of(permission.resource)):
        yield from (Permission(action, key) for action in actions)


def condition_keys(params: Mapping[str, Any], scope: Scope) -> dict[str, str]:
    """Return the values of a call's condition keys."""
    keys = {
        "aws:RequestedRegion": scope.region,
        "aws:PrincipalAccount": scope.account,
        "aws:ResourceAccount": str(params.get("registryId", scope.account)),
    }
    if "cluster" in params:
        cluster = str(params["cluster"])
        arn = cluster if cluster.startswith("arn:") else scope.arn("ecs", f"cluster/{cluster}")
        keys["ecs:cluster"] = arn
    if "ScheduleExpression" in params:
        # CreateSchedule passes a role to the scheduler.
        keys["iam:PassedToService"] = "scheduler.amazonaws.com"
    if "Namespace" in params:
        keys["cloudwatch:namespace"] = str(params["Namespace"])
    return keys


def _required(call: ApiCall, scope: Scope) -> Iterator[Permission]:
    for permission in required_permissions(call.service, call.operation, call.params, scope):
        yield from with_key_permissions(permission)


@contextmanager
def gate_on_every_client(gate: CallGate) -> Iterator[None]:
    """Register the gate with every client that is created while the context is open."""
    handlers = [
        ("provide-client-params", gate.record_params),
        ("before-call", gate.admit),
    ]
    BUILTIN_HANDLERS.extend(handlers)
    try:
        yield
    finally:
        for handler in handlers:
            BUILTIN_HANDLERS.remove(handler)


def _access_key(request_signer: "RequestSigner") -> str:
    credentials = getattr(request_signer, "_credentials", None)
    return "" if credentials is None else str(credentials.access_key)


def _error_response(code: str, message: str) -> ErrorResponse:
    """Return an HTTP response for which botocore raises the client's modeled exception."""
    status = 500 if "Server" in code or "Internal" in code or "Unavailable" in code else 400
    body: dict[str, object] = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0},
    }
    return AWSResponse("", status, HTTPHeaders(), json.dumps(body)), body
