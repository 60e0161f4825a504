"""Fixes that are about the VPC endpoints of Amazon ECR and S3.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
"""

import ipaddress

from platform_guard.alerts.alert import Fix
from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.evidence.model import Egress, Network
from platform_guard.diagnosis.fixes.access import endpoint_service, look_at_layer_store
from platform_guard.diagnosis.fixes.target import Target
from platform_guard.diagnosis.pull_error.classifier import Cause

_NEW_GROUP = "ENDPOINT_SECURITY_GROUP"
_HTTPS = ("--protocol", "tcp", "--port", "443")


def endpoint_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes that make endpoints reachable or create missing ones."""
    fixes: list[Fix] = []
    went_to_endpoint = _went_to_endpoint(case)
    if went_to_endpoint:
        fixes.append(_admit_to_endpoint(case, target))
    if not (went_to_endpoint if case.network is None else _has_way_out(case.network)):
        fixes.extend(_add_endpoints(case, target))
    if case.cause is Cause.NETWORK_LAYERS:
        fixes.append(look_at_layer_store(case, target))
    return fixes


def _went_to_endpoint(case: PullContext) -> bool:
    """Return whether an endpoint answers for the registry, so that only its doors can be shut."""
    address = (case.failure.error.address or "").rpartition(":")[0].strip("[]")
    try:
        # A VPC may have addresses that are neither private nor global, such as 100.64.0.0/10.
        return not ipaddress.ip_address(address).is_global
    except ValueError:
        is_about_registry = case.cause is not Cause.NETWORK_LAYERS
        return is_about_registry and bool(case.network and case.network.endpoint("ecr.dkr"))


def _has_way_out(network: Network) -> bool:
    match network.egress:
        case Egress.NAT_GATEWAY | Egress.OTHER:
            return True
        case Egress.INTERNET_GATEWAY:
            return network.public_ip is True
        case Egress.NONE:
            return False


def _admit_to_endpoint(case: PullContext, target: Target) -> Fix:
    network = case.network
    groups = _groups_of_endpoints(network) or (_NEW_GROUP,)
    sources = (network.security_groups if network else ()) or ("SECURITY_GROUP",)
    return target.fix(
        f"Let the {case.puller} reach the VPC endpoint of Amazon ECR: its security group has to "
        f"admit HTTPS from that of the {case.puller}",
        _admit(target, groups[0], "--source-group", sources[0]),
    )


def _add_endpoints(case: PullContext, target: Target) -> list[Fix]:
    layers = _make_endpoint_for_layers(case.network, target)
    where = f"the subnet{'' if case.puller == 'task' else f' of the {case.puller}'}"
    if case.cause is Cause.NETWORK_LAYERS:
        title = (
            f"Give {where} a way to the layers, which Amazon ECR keeps in S3: a NAT gateway, or "
            "this VPC endpoint"
        )
        return [target.fix(title, *layers)] if layers else []
    registry = _make_endpoints_for_registry(case.network, target)
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


def _make_endpoint_for_layers(network: Network | None, target: Target) -> list[str]:
    table = (network.route_table_id if network else "") or "ROUTE_TABLE_ID"
    s3 = network.endpoint("s3") if network else None
    if s3 is None:
        what = ("--service-name", endpoint_service(target, "s3"), "--route-table-ids", table)
        return [_create(network, target, "Gateway", *what)]
    if s3.reaches_subnet:
        return []
    which = ("--vpc-endpoint-id", s3.endpoint_id)
    return [target.aws("ec2", "modify-vpc-endpoint", *which, "--add-route-table-ids", table)]


def _make_endpoints_for_registry(network: Network | None, target: Target) -> list[str]:
    missing = [
        name for name in ("ecr.api", "ecr.dkr") if network is None or network.endpoint(name) is None
    ]
    if not missing:
        return []
    known = _groups_of_endpoints(network)
    subnet = network.subnet_id if network else "SUBNET_ID"
    return [
        *([] if known else _make_group(network, target)),
        *(
            _create(
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


def _make_group(network: Network | None, target: Target) -> list[str]:
    """Make a security group that admits HTTPS from the whole VPC; the first command prints it."""
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
    return [create, *(_admit(target, _NEW_GROUP, "--cidr", block) for block in blocks)]


def _admit(target: Target, group: str, *source: str) -> str:
    what = ("--group-id", group, *_HTTPS, *source)
    return target.aws("ec2", "authorize-security-group-ingress", *what)


def _create(network: Network | None, target: Target, kind: str, *options: str) -> str:
    what = (*_vpc(network), "--vpc-endpoint-type", kind, *options)
    return target.aws("ec2", "create-vpc-endpoint", *what)


def _vpc(network: Network | None) -> tuple[str, str]:
    return ("--vpc-id", network.vpc_id if network else "VPC_ID")


def _groups_of_endpoints(network: Network | None) -> tuple[str, ...]:
    """Return the security groups of an endpoint of Amazon ECR that is there."""
    if network is None:
        return ()
    found = network.endpoint("ecr.dkr") or network.endpoint("ecr.api")
    return found.security_groups if found else ()
