"""Checks before a deployment: credentials, regions, and what each region needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from platform_guard.aws.errors import AWS_ERRORS, reason_of
from platform_guard_cdk.versions import (
    BOOTSTRAP_PARAMETER,
    BOOTSTRAP_VERSION,
    LAYER_PARAMETER,
    has_layer,
)
from platform_guard_cli.errors import UsageError
from platform_guard_cli.operator_clients import OperatorClients
from platform_guard_cli.regions import resolve_regions
from platform_guard_settings.deploy import partition_of

_REFUSED = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_NOT_REACHED = frozenset({"ConnectionClosedError", "EndpointConnectionError", "no answer in time"})


@dataclass(frozen=True, slots=True)
class Preflight:
    """Where the deployment goes, and which checks could not run."""

    account: str
    regions: tuple[str, ...]
    unchecked: tuple[str, ...] = ()
    """One line per check."""


def check_deployment(
    wanted_regions: Sequence[str], clients_in: Callable[[str | None], OperatorClients]
) -> Preflight:
    """Check what a deployment needs in the given regions, or in the region of the environment.

    Raises UsageError with the first problem and its fix.
    """
    regions = resolve_regions(wanted_regions, clients_in)
    account, unchecked = "", []
    for region in regions:
        if not wanted_regions and not has_layer(region):
            # The stack for any region takes the layer.
            raise UsageError(
                f"AWS publishes no layer with Powertools in {region}: write "
                f'regions = ["{region}"] under [deploy] in guard.toml, and the code brings it'
            )
        clients = clients_in(region)
        account = _account(clients, region)
        unchecked += _check_region(clients, account, region)
    return Preflight(account, regions, tuple(unchecked))


def _account(clients: OperatorClients, region: str) -> str:
    try:
        identity = clients.sts.get_caller_identity()
    except AWS_ERRORS as error:
        raise UsageError(_refusal(reason_of(error), region)) from error
    partition = identity["Arn"].split(":")[1]
    if partition != partition_of(region):
        raise UsageError(
            f"{region} is in partition {partition_of(region)}, but your credentials are in "
            f"{partition}: use credentials of an account there, or change [deploy] regions"
        )
    return identity["Account"]


def _refusal(name: str, region: str) -> str:
    if name in _NOT_REACHED:
        return (
            f"Could not reach AWS STS in {region} ({name}). Check network or proxy, and the region "
            "in [deploy] regions of guard.toml or AWS_REGION"
        )
    if name in _REFUSED:
        return (
            f"AWS rejects your credentials in {region} ({name}): renew them, "
            "or enable the region in your account"
        )
    return f"AWS STS in {region} did not identify the caller ({name}): check your credentials"


def _check_region(clients: OperatorClients, account: str, region: str) -> list[str]:
    """Check what the region needs and return one line per check that could not run."""
    names = [BOOTSTRAP_PARAMETER, *([LAYER_PARAMETER] if has_layer(region) else [])]
    try:
        answer = clients.ssm.get_parameters(Names=names)
    except AWS_ERRORS as error:
        # The CDK's roles may have access where the caller has none.
        return [f"{region}: could not check the CDK bootstrap ({reason_of(error)})"]
    missing = answer["InvalidParameters"]
    values = {parameter["Name"]: parameter["Value"] for parameter in answer["Parameters"]}
    if BOOTSTRAP_PARAMETER in missing:
        raise UsageError(
            f"{region} is not bootstrapped for the CDK: run {_bootstrap(account, region)}"
        )
    version = values[BOOTSTRAP_PARAMETER]
    if not version.isdecimal() or int(version) < BOOTSTRAP_VERSION:
        raise UsageError(
            f"{region} was bootstrapped by an old CDK (version {version}, needs "
            f"{BOOTSTRAP_VERSION}): run {_bootstrap(account, region)}"
        )
    if LAYER_PARAMETER in missing:
        raise UsageError(
            f"{region} has no {LAYER_PARAMETER}, the layer that the functions need: "
            "leave the region out of [deploy] regions"
        )
    return []


def _bootstrap(account: str, region: str) -> str:
    return f"make bootstrap ENVIRONMENT=aws://{account}/{region}"
