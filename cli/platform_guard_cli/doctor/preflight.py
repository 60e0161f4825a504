"""`platform-guard preflight`: checks credentials, regions, CDK bootstrap and Lambda layer."""

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

_REJECTED = frozenset(
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
_UNREACHABLE = frozenset({"ConnectionClosedError", "EndpointConnectionError", "no answer in time"})


@dataclass(frozen=True, slots=True)
class Preflight:
    """The target of the deployment, and the checks that could not run."""

    account: str
    regions: tuple[str, ...]
    unchecked: tuple[str, ...] = ()
    """One line per check."""


def check_deployment(
    wanted_regions: Sequence[str], clients_in: Callable[[str | None], OperatorClients]
) -> Preflight:
    """Check the given regions, or else the region of the environment.

    Raises UsageError with the first problem and its fix.
    """
    regions = resolve_regions(wanted_regions, clients_in)
    account, unchecked = "", []
    for region in regions:
        if not wanted_regions and not has_layer(region):
            # Without [deploy] regions, the template is region-agnostic and needs the layer.
            raise UsageError(
                f"AWS does not publish the Powertools layer in {region}. Set "
                f'regions = ["{region}"] under [deploy] in guard.toml to bundle Powertools instead.'
            )
        clients = clients_in(region)
        account = _account(clients, region)
        unchecked += _check_region(clients, account, region)
    return Preflight(account, regions, tuple(unchecked))


def _account(clients: OperatorClients, region: str) -> str:
    try:
        identity = clients.sts.get_caller_identity()
    except AWS_ERRORS as error:
        raise UsageError(_sts_error(reason_of(error), region)) from error
    partition = identity["Arn"].split(":")[1]
    if partition != partition_of(region):
        raise UsageError(
            f"{region} is in partition {partition_of(region)}, but your credentials are for "
            f"{partition}. Use credentials of an account in {partition_of(region)}, or change "
            "[deploy] regions."
        )
    return identity["Account"]


def _sts_error(name: str, region: str) -> str:
    if name in _UNREACHABLE:
        return (
            f"Could not reach AWS STS in {region} ({name}). Check network or proxy, and the region "
            "in [deploy] regions of guard.toml or AWS_REGION."
        )
    if name in _REJECTED:
        return (
            f"AWS rejects your credentials in {region} ({name}). Renew them, "
            "or enable the region in your account."
        )
    return f"AWS STS in {region} did not identify the caller ({name}). Check your credentials."


def _check_region(clients: OperatorClients, account: str, region: str) -> list[str]:
    """Check the CDK bootstrap and the layer. Return one line per check that could not run.

    Raises UsageError with the first problem and its fix.
    """
    names = [BOOTSTRAP_PARAMETER, *([LAYER_PARAMETER] if has_layer(region) else [])]
    try:
        response = clients.ssm.get_parameters(Names=names)
    except AWS_ERRORS as error:
        # Not an error: the deployment uses the roles of the CDK, which may have access.
        return [f"{region}: Could not check the CDK bootstrap ({reason_of(error)})."]
    missing = response["InvalidParameters"]
    values = {parameter["Name"]: parameter["Value"] for parameter in response["Parameters"]}
    if BOOTSTRAP_PARAMETER in missing:
        raise UsageError(
            f"{region} is not bootstrapped for the CDK. Run {_bootstrap(account, region)}"
        )
    version = values[BOOTSTRAP_PARAMETER]
    if not version.isdecimal() or int(version) < BOOTSTRAP_VERSION:
        raise UsageError(
            f"The CDK bootstrap of {region} is too old (version {version}, required: "
            f"{BOOTSTRAP_VERSION}). Run {_bootstrap(account, region)}"
        )
    if LAYER_PARAMETER in missing:
        raise UsageError(
            f"{region} does not have {LAYER_PARAMETER}, the layer that the functions need. "
            "Remove the region from [deploy] regions."
        )
    return []


def _bootstrap(account: str, region: str) -> str:
    return f"make bootstrap ENVIRONMENT=aws://{account}/{region}"
