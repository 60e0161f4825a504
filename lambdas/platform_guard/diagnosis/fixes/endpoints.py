"""Fixes for the VPC endpoints of Amazon ECR and S3.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
"""

import ipaddress

from platform_guard.alerts.alert import Fix
from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.evidence.model import Egress, Network
from platform_guard.diagnosis.fixes.access import endpoint_service, inspect_s3_endpoint
from platform_guard.diagnosis.fixes.target import Target
from platform_guard.diagnosis.pull_error.classifier import Cause

_NEW_GROUP = "ENDPOINT_SECURITY_GROUP"
_HTTPS = ("--protocol", "tcp", "--port", "443")


def endpoint_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes that make endpoints reachable or create missing ones."""
    fixes: list[Fix] = []
    reached_endpoint = _reached_endpoint(case)
    if reached_endpoint:
        fixes.append(_allow_endpoint_ingress(case, target))
    if not (reached_endpoint if case.network is None else _has_egress(case.network)):
        fixes.extend(_add_endpoints(case, target))
    if case.cause is Cause.NETWORK_LAYERS:
        fixes.append(inspect_s3_endpoint(case, target))
    return fixes


def _reached_endpoint(case: PullContext) -> bool:
    """Return whether the pull reached a VPC endpoint, so that its security group may block it."""
    address = (case.failure.error.address or "").rpartition(":")[0].strip("[]")
    try:
        # VPC addresses may be neither private nor global, such as 100.64.0.0/10.
        return not ipaddress.ip_address(address).is_global
    except ValueError:
        is_about_registry = case.cause is not Cause.NETWORK_LAYERS
        return is_about_registry and bool(case.network and case.network.endpoint("ecr.dkr"))


def _has_egress(network: Network) -> bool:
    match network.egress:
        case Egress.NAT_GATEWAY | Egress.OTHER:
            return True
        case Egress.INTERNET_GATEWAY:
            return network.public_ip is True
        case Egress.NONE:
            return False


def _allow_endpoint_ingress(case: PullContext, target: Target) -> Fix:
    network = case.network
    groups = _endpoint_groups(network) or (_NEW_GROUP,)
    sources = (network.security_groups if network else ()) or ("SECURITY_GROUP",)
    return target.fix(
        f"Let the {case.puller} reach the VPC endpoint of Amazon ECR: its security group has to "
        f"admit HTTPS from that of the {case.puller}",
        _allow_ingress(target, groups[0], "--source-group", sources[0]),
    )


def _add_endpoints(case: PullContext, target: Target) -> list[Fix]:
    layers = _create_s3_endpoint(case.network, target)
    where = f"the subnet{'' if case.puller == 'task' else f' of the {case.puller}'}"
    if case.cause is Cause.NETWORK_LAYERS:
        title = (
            f"Give {where} a way to the layers, which Amazon ECR keeps in S3: a NAT gateway, or "
            "this VPC endpoint"
        )
        return [target.fix(title, *layers)] if layers else []
    registry = _create_ecr_endpoints(case.network, target)
    title = (
        f"Give {where} a way to Amazon ECR, and to S3, where that keeps the layers: a NAT gateway, "
        "or these VPC endpoints"
    )
    if registry:
        title += (
            ". The whole VPC pulls through the endpoints of Amazon ECR then, because of their "
            "private DNS, so their security group has to admit all of it before"
        )
    commands = [*layers, *registry]
    return [target.fix(title, *commands)] if commands else []


def _create_s3_endpoint(network: Network | None, target: Target) -> list[str]:
    table = (network.route_table_id if network else "") or "ROUTE_TABLE_ID"
    s3 = network.endpoint("s3") if network else None
    if s3 is None:
        what = ("--service-name", endpoint_service(target, "s3"), "--route-table-ids", table)
        return [_create_endpoint(network, target, "Gateway", *what)]
    if s3.reaches_subnet:
        return []
    which = ("--vpc-endpoint-id", s3.endpoint_id)
    return [target.aws("ec2", "modify-vpc-endpoint", *which, "--add-route-table-ids", table)]


def _create_ecr_endpoints(network: Network | None, target: Target) -> list[str]:
    missing = [
        name for name in ("ecr.api", "ecr.dkr") if network is None or network.endpoint(name) is None
    ]
    if not missing:
        return []
    known = _endpoint_groups(network)
    subnet = network.subnet_id if network else "SUBNET_ID"
    return [
        *([] if known else _create_group(network, target)),
        *(
            _create_endpoint(
                network,
                target,
                "Interface",
                "--service-name",
                endpoint_service(target, name),
                "--subnet-ids",
                subnet,
                "--security-group-ids",
                *(known or (_NEW_GROUP,)),
                "--private-dns-enabled",
            )
            for name in missing
        ),
    ]


def _create_group(network: Network | None, target: Target) -> list[str]:
    """Return commands for a security group that allows HTTPS from the whole VPC.

    The first command prints its id.
    """
    create = target.aws(
        "ec2",
        "create-security-group",
        *_vpc(network),
        "--group-name",
        "ecr-endpoints",
        "--description",
        "HTTPS to the VPC endpoints of Amazon ECR",
        "--query",
        "GroupId",
        "--output",
        "text",
    )
    blocks = (network.vpc_cidr_blocks if network else ()) or ("VPC_CIDR",)
    return [create, *(_allow_ingress(target, _NEW_GROUP, "--cidr", block) for block in blocks)]


def _allow_ingress(target: Target, group: str, *source: str) -> str:
    what = ("--group-id", group, *_HTTPS, *source)
    return target.aws("ec2", "authorize-security-group-ingress", *what)


def _create_endpoint(network: Network | None, target: Target, kind: str, *options: str) -> str:
    what = (*_vpc(network), "--vpc-endpoint-type", kind, *options)
    return target.aws("ec2", "create-vpc-endpoint", *what)


def _vpc(network: Network | None) -> tuple[str, str]:
    return ("--vpc-id", network.vpc_id if network else "VPC_ID")


def _endpoint_groups(network: Network | None) -> tuple[str, ...]:
    """Return the security groups of an existing ECR endpoint."""
    if network is None:
        return ()
    found = network.endpoint("ecr.dkr") or network.endpoint("ecr.api")
    return found.security_groups if found else ()
