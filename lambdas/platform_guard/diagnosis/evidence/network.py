"""The network path of a task: subnet, default route and VPC endpoints."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from platform_guard.aws.errors import AWS_ERRORS, LookupFailedError
from platform_guard.diagnosis.evidence.model import AwsvpcConfiguration, Egress, Endpoint, Network
from platform_guard.diagnosis.task_event import TaskStop

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import (
        FilterTypeDef,
        RouteTableTypeDef,
        RouteTypeDef,
        VpcEndpointTypeDef,
    )

_ANYWHERE = "0.0.0.0/0"
_SERVICES = ("ecr.api", "ecr.dkr", "s3")


def look_up_network(
    ec2: "EC2Client", stop: TaskStop, stated: AwsvpcConfiguration | None
) -> Network:
    """Look up the network path of a task. Four calls.

    `stated` is the network configuration of the service; None if unknown. Raises botocore errors,
    and LookupFailedError if the host pulls the image or the subnet is unknown.
    """
    if stop.is_on_fargate is False:
        raise LookupFailedError("the host pulls through its own network")
    if not stop.subnet_ids:
        raise LookupFailedError("ECS does not say in which subnet it was")
    subnet_id = stop.subnet_ids[0]
    vpc_id = ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["VpcId"]
    in_vpc: FilterTypeDef = {"Name": "vpc-id", "Values": [vpc_id]}
    tables = ec2.describe_route_tables(Filters=[in_vpc])["RouteTables"]
    endpoints = ec2.describe_vpc_endpoints(Filters=[in_vpc])["VpcEndpoints"]
    table = _table_of(subnet_id, tables)
    egress, target = _egress(table.get("Routes", []))
    public_ip, security_groups = _interface(ec2, stop, stated)
    table_id = table.get("RouteTableId", "")
    return Network(
        vpc_id=vpc_id,
        subnet_id=subnet_id,
        egress=egress,
        egress_target=target,
        public_ip=public_ip,
        route_table_id=table_id,
        security_groups=security_groups,
        endpoints=tuple(_read_endpoints(endpoints, table_id)),
        vpc_cidr_blocks=_local_blocks(table.get("Routes", [])),
    )


def _table_of(subnet_id: str, tables: "Sequence[RouteTableTypeDef]") -> "RouteTableTypeDef":
    """Return the route table of the subnet, else the main one of the VPC."""
    associations = [(link, table) for table in tables for link in table.get("Associations", [])]
    for link, table in associations:
        if link.get("SubnetId") == subnet_id:
            return table
    for link, table in associations:
        if link.get("Main"):
            return table
    raise LookupFailedError("the subnet has no route table")


def _egress(routes: "Sequence[RouteTypeDef]") -> tuple[Egress, str]:
    default = next(
        (route for route in routes if route.get("DestinationCidrBlock") == _ANYWHERE), None
    )
    if default is None:
        return Egress.NONE, ""
    gateway, nat_gateway = default.get("GatewayId", ""), default.get("NatGatewayId", "")
    target = gateway or nat_gateway or _other_target(default)
    if default.get("State") == "blackhole":
        return Egress.NONE, target
    if gateway.startswith("igw-"):
        return Egress.INTERNET_GATEWAY, target
    return (Egress.NAT_GATEWAY if nat_gateway else Egress.OTHER), target


def _local_blocks(routes: "Sequence[RouteTypeDef]") -> tuple[str, ...]:
    """Return the CIDR blocks of the VPC, which every table routes locally."""
    blocks = (
        route.get("DestinationCidrBlock", "")
        for route in routes
        if route.get("GatewayId") == "local"
    )
    return tuple(filter(None, blocks))


def _other_target(route: "RouteTypeDef") -> str:
    return (
        route.get("TransitGatewayId")
        or route.get("NetworkInterfaceId")
        or route.get("VpcPeeringConnectionId")
        or route.get("CoreNetworkArn")
        or route.get("LocalGatewayId")
        or route.get("CarrierGatewayId")
        or ""
    )


def _read_endpoints(
    endpoints: "Sequence[VpcEndpointTypeDef]", route_table_id: str
) -> list[Endpoint]:
    """Return the available endpoints of the services that a pull uses."""
    return [
        Endpoint(
            service,
            endpoint["VpcEndpointId"],
            tuple(group["GroupId"] for group in endpoint.get("Groups", [])),
            reaches_subnet=(
                endpoint.get("VpcEndpointType") != "Gateway"
                or route_table_id in endpoint.get("RouteTableIds", [])
            ),
        )
        for endpoint in endpoints
        for service in _SERVICES
        if endpoint.get("ServiceName", "").endswith(f".{service}")
        and endpoint.get("State", "").lower() == "available"
    ]


def _interface(
    ec2: "EC2Client", stop: TaskStop, stated: AwsvpcConfiguration | None
) -> tuple[bool | None, tuple[str, ...]]:
    """Return whether the task had a public address, and its security groups; (None, ()) if unknown.

    ECS deletes the interface of a stopped task, often before its event is handled. The network
    configuration of the service is the fallback.
    """
    try:
        found = _attached_interface(ec2, stop)
    except AWS_ERRORS:
        # The rest of the network evidence is useful without it.
        found = None
    if found is not None:
        return found
    return (stated.assigns_public_ip, stated.security_groups) if stated else (None, ())


def _attached_interface(
    ec2: "EC2Client", stop: TaskStop
) -> tuple[bool | None, tuple[str, ...]] | None:
    if not stop.network_interface_ids:
        return None
    # A filter, because DescribeNetworkInterfaces fails for a deleted id.
    ids: FilterTypeDef = {"Name": "network-interface-id", "Values": [stop.network_interface_ids[0]]}
    for interface in ec2.describe_network_interfaces(Filters=[ids])["NetworkInterfaces"]:
        public_ip = bool(interface.get("Association", {}).get("PublicIp"))
        return public_ip, tuple(group["GroupId"] for group in interface.get("Groups", []))
    return None
