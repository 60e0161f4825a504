"""Every AWS call made in this process passes here before moto answers it.

Calls with the credentials of a role are recorded, can be made to fail, and are limited by the
role's policies. Everything else is the administrator's, and free.
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

NO_ANSWER = "no answer"
"""In place of an error code: the call times out."""

Refusal = tuple[AWSResponse, dict[str, object]]


@dataclass(frozen=True, slots=True)
class ApiCall:
    """An AWS call: botocore's service name (`ecr`), the operation (`PutImage`), its parameters."""

    service: str
    operation: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: an ARN, and the JSON policy documents in force; None means no limit."""

    arn: str
    policies: Callable[[], Sequence[str]] | None

    @property
    def role(self) -> str:
        """Return the name of the role, which is the second part of its own and of a session's."""
        return self.arn.partition("/")[2].partition("/")[0]


class Denied(BaseException):
    """A role wanted what it may not, and nothing after that is of interest."""


@dataclass(slots=True)
class _Failure:
    code: str
    remaining: int
    let_through: int
    """How many calls succeed first."""


@dataclass(slots=True)
class CallGate:
    """Records, fails and authorizes the calls of the principals it knows."""

    account: str
    principals: dict[str, Principal] = field(default_factory=dict)
    calls: list[ApiCall] = field(default_factory=list)
    wanted: list[tuple[str, Permission]] = field(default_factory=list)
    """What roles wanted, each by its name, whether they may or not. May be cleared."""
    denied: list[Permission] = field(default_factory=list)
    """What principals wanted and may not. May be cleared."""
    stops_at_denial: bool = False
    """Whether what is denied ends the whole run, by `Denied`."""
    _failures: dict[str, list[_Failure]] = field(default_factory=dict)

    def fail(self, operation: str, error_code: str, times: int, after: int) -> None:
        """Make the next calls of an operation fail, as if the SDK's retries were used up."""
        self._failures.setdefault(operation, []).append(_Failure(error_code, times, after))

    def fail_no_more(self) -> None:
        """Forget the failures that are still to come."""
        self._failures.clear()

    def keep_params(
        self, params: Mapping[str, object], context: dict[str, object], **_: object
    ) -> None:
        """Note the parameters before botocore turns them into an HTTP request."""
        context[_PARAMS] = dict(params)

    def admit(
        self,
        model: "OperationModel",
        request_signer: "RequestSigner",
        context: dict[str, Any],
        **_: object,
    ) -> Refusal | None:
        """Return the refusal of a call, or None to let it through (botocore's `before-call`)."""
        principal = self.principals.get(_access_key(request_signer))
        if principal is None:
            return None
        call = ApiCall(model.service_model.service_name, model.name, context[_PARAMS])
        self.calls.append(call)
        code = self._next_failure(call.operation)
        if code == NO_ANSWER:
            raise ReadTimeoutError(endpoint_url=call.service)
        if code is not None:
            return _refusal(code, f"The stand-in was told to fail {call.operation}")
        scope = Scope(self.account, str(context["client_region"]))
        return self._unauthorized(principal, call, scope)

    def authorize(
        self, principal: Principal, permission: Permission, context: Mapping[str, str]
    ) -> str | None:
        """Return why a principal may not do something, in AWS's words, or None if it may."""
        if principal.policies is None:
            return None
        self.wanted.append((principal.role, permission))
        verdict = evaluate(principal.policies(), permission.action, permission.resource, context)
        match verdict:
            case Decision.ALLOWED:
                return None
            case Decision.EXPLICITLY_DENIED:
                reason = "with an explicit deny in an identity-based policy"
            case Decision.NOT_ALLOWED:
                reason = f"because no identity-based policy allows the {permission.action} action"
        self.denied.append(permission)
        if self.stops_at_denial:
            raise Denied(permission)
        return (
            f"User: {principal.arn} is not authorized to perform: {permission.action} on "
            f"resource: {permission.resource} {reason}"
        )

    def _unauthorized(self, principal: Principal, call: ApiCall, scope: Scope) -> Refusal | None:
        if (call.service, call.operation) == ("sts", "GetCallerIdentity"):
            return None
        context = condition_keys(call.params, scope)
        for permission in _required(call, scope):
            message = self.authorize(principal, permission, context)
            if message is not None:
                return _refusal(_DENIED.get(call.service, "AccessDeniedException"), message)
        return None

    def _next_failure(self, operation: str) -> str | None:
        for failure in self._failures.get(operation, []):
            if failure.let_through:
                failure.let_through -= 1
                return None
            if failure.remaining:
                failure.remaining -= 1
                return failure.code
        return None


def with_key(permission: Permission) -> Iterator[Permission]:
    """Yield a permission, and what it takes on the customer key that encrypts its resource."""
    yield permission
    actions = actions_on_key(permission.action)
    if actions and (key := customer_key_of(permission.resource)):
        yield from (Permission(action, key) for action in actions)


def condition_keys(params: Mapping[str, Any], scope: Scope) -> dict[str, str]:
    """Return the values of the condition keys that a call carries."""
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
        # Whoever creates a schedule passes it a role.
        keys["iam:PassedToService"] = "scheduler.amazonaws.com"
    if "Namespace" in params:
        keys["cloudwatch:namespace"] = str(params["Namespace"])
    return keys


def _required(call: ApiCall, scope: Scope) -> Iterator[Permission]:
    for permission in required_permissions(call.service, call.operation, call.params, scope):
        yield from with_key(permission)


@contextmanager
def gate_on_every_client(gate: CallGate) -> Iterator[None]:
    """Put the gate before every client made while the context is open."""
    handlers = [
        ("provide-client-params", gate.keep_params),
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


def _refusal(code: str, message: str) -> Refusal:
    """Return what botocore takes for an answer, so that it raises the client's own exception."""
    status = 500 if "Server" in code or "Internal" in code or "Unavailable" in code else 400
    body: dict[str, object] = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}, "RetryAttempts": 0},
    }
    return AWSResponse("", status, HTTPHeaders(), json.dumps(body)), body
