"""Fixes for a registry, a layer store or a name server that cannot be reached."""

import ipaddress

from platform_guard.alerts import Fix
from platform_guard.console_links import console_address, quoted
from platform_guard.evidence import AwsvpcConfiguration, Egress, Network
from platform_guard.pull_cases import PullCase
from platform_guard.pull_errors import Cause
from platform_guard.pull_fixes_access import look_at_layer_store
from platform_guard.pull_fixes_deployments import (
    describe_service,
    is_deployed_by_ecs,
)
from platform_guard.pull_fixes_tasks import run_task
from platform_guard.pull_targets import Target

_RUNBOOK = "AWSSupport-TroubleshootECSTaskFailedToStart"


def network_fixes(case: PullCase, target: Target) -> list[Fix]:
    """Open the way from the task to its registry, and to where that keeps the layers."""
    network = case.network
    fixes: list[Fix] = []
    if network is not None and case.is_on_fargate and _lacks_public_ip(network):
        fixes.append(_let_task_out(case, network, target))
    if not case.is_elsewhere:
        fixes.extend(_mend_endpoints(case, network, target))
    return [*fixes, _follow_route(network, target)]


def _mend_endpoints(case: PullCase, network: Network | None, target: Target) -> list[Fix]:
    fixes: list[Fix] = []
    went_to_endpoint = _went_to_endpoint(case, network)
    if went_to_endpoint:
        fixes.append(_admit_to_endpoint(network, target))
    if not (went_to_endpoint if network is None else _has_way_out(network)):
        fixes.extend(_add_endpoints(case, network, target))
    if case.cause is Cause.NETWORK_LAYERS:
        fixes.append(look_at_layer_store(case, target))
    return fixes


def name_fixes(case: PullCase, target: Target) -> list[Fix]:
    """Have the registry's name resolve."""
    vpc = case.network.vpc_id if case.network else "VPC_ID"
    registry = case.failure.error.registry or "the registry"
    set_attribute = ("ec2", "modify-vpc-attribute", "--vpc-id", vpc)
    return [
        target.fix(
            f"Compare {registry} in the task definition, letter by letter, with the real name",
            target.aws(
                "ecs",
                "describe-task-definition",
                "--task-definition",
                target.task_definition,
                "--query",
                "taskDefinition.containerDefinitions[].[name, image]",
            ),
        ),
        target.fix(
            "Switch the name server of the VPC on",
            target.aws(*set_attribute, "--enable-dns-support", "Value=true"),
            target.aws(*set_attribute, "--enable-dns-hostnames", "Value=true"),
        ),
    ]


def runbook_fix(target: Target) -> Fix:
    """Have AWS look for what is wrong with the network, roles and endpoints."""
    parameters = f"ClusterName={target.cluster},TaskId={target.task_id}"
    return target.fix(
        "Have AWS's own runbook look at the task, within an hour of its end",
        target.aws(
            "ssm",
            "start-automation-execution",
            "--document-name",
            _RUNBOOK,
            "--parameters",
            parameters,
        ),
    )


def runbook_link(target: Target) -> str:
    """Give the address of the runbook in the console, filled in."""
    parameters = f"ClusterName={quoted(target.cluster)}&TaskId={quoted(target.task_id)}"
    path = f"systems-manager/automation/execute/{_RUNBOOK}"
    return console_address(target.region, path, parameters)


def _went_to_endpoint(case: PullCase, network: Network | None) -> bool:
    """Tell whether an endpoint answers for the registry, so that only its doors can be shut."""
    address = (case.failure.error.address or "").rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        is_about_registry = case.cause is not Cause.NETWORK_LAYERS
        return is_about_registry and network is not None and bool(network.endpoint("ecr.dkr"))


def _admit_to_endpoint(network: Network | None, target: Target) -> Fix:
    endpoint = network.endpoint("ecr.dkr") or network.endpoint("ecr.api") if network else None
    groups = (endpoint.security_groups if endpoint else ()) or ("ENDPOINT_SECURITY_GROUP",)
    sources = (network.security_groups if network else ()) or ("SECURITY_GROUP",)
    words = ("--protocol", "tcp", "--port", "443", "--source-group", sources[0])
    return target.fix(
        "Let the task reach the VPC endpoint of Amazon ECR: its security group has to admit "
        "HTTPS from that of the task",
        target.aws("ec2", "authorize-security-group-ingress", "--group-id", groups[0], *words),
    )


def _let_task_out(case: PullCase, network: Network, target: Target) -> Fix:
    title = (
        "The subnet leads to an internet gateway, but the task has no public address: give it one, "
        "or move it to a subnet with a NAT gateway"
    )
    if not target.service:
        groups = network.security_groups or ("SECURITY_GROUP",)
        public = _with_public_ip(AwsvpcConfiguration((network.subnet_id,), groups))
        return target.fix(title, run_task(case.stop, target, target.task_definition, public))
    stated = case.service.network if case.service else None
    if stated is not None and is_deployed_by_ecs(case):
        public = _with_public_ip(stated)
        return target.fix(title, target.update_service("--network-configuration", public))
    return target.fix(
        f"{title}. The network configuration of a service is replaced as a whole: repeat all of "
        "its subnets and security groups, which are",
        describe_service(target, "services[].networkConfiguration"),
    )


def _with_public_ip(stated: AwsvpcConfiguration) -> str:
    parts = [f"subnets=[{','.join(stated.subnets)}]"]
    if stated.security_groups:
        parts.append(f"securityGroups=[{','.join(stated.security_groups)}]")
    return f"awsvpcConfiguration={{{','.join([*parts, 'assignPublicIp=ENABLED'])}}}"


def _lacks_public_ip(network: Network) -> bool:
    return network.egress is Egress.INTERNET_GATEWAY and network.public_ip is False


def _has_way_out(network: Network) -> bool:
    match network.egress:
        case Egress.NAT_GATEWAY | Egress.OTHER:
            return True
        case Egress.INTERNET_GATEWAY:
            return network.public_ip is True
        case Egress.NONE:
            return False


def _add_endpoints(case: PullCase, network: Network | None, target: Target) -> list[Fix]:
    vpc = ("--vpc-id", network.vpc_id if network else "VPC_ID")
    subnet = network.subnet_id if network else "SUBNET_ID"
    table = (network.route_table_id if network else "") or "ROUTE_TABLE_ID"
    groups = (network.security_groups if network else ()) or ("SECURITY_GROUP",)
    create = ("ec2", "create-vpc-endpoint", *vpc)
    prefix = "cn.com.amazonaws" if target.region.startswith("cn-") else "com.amazonaws"
    commands = [
        target.aws(
            *create,
            "--vpc-endpoint-type",
            "Interface",
            "--service-name",
            f"{prefix}.{target.region}.{name}",
            "--subnet-ids",
            subnet,
            "--security-group-ids",
            *groups,
            "--private-dns-enabled",
        )
        for name in ("ecr.api", "ecr.dkr")
        if network is None or network.endpoint(name) is None
    ]
    if case.cause is Cause.NETWORK_LAYERS and network is None:
        commands = []  # ECR itself answered.
    s3 = network.endpoint("s3") if network else None
    if s3 is None:
        service = f"com.amazonaws.{target.region}.s3"
        kind = ("--vpc-endpoint-type", "Gateway", "--service-name", service)
        commands.append(target.aws(*create, *kind, "--route-table-ids", table))
    elif not s3.reaches_subnet:
        change = ("ec2", "modify-vpc-endpoint", "--vpc-endpoint-id", s3.endpoint_id)
        commands.append(target.aws(*change, "--add-route-table-ids", table))
    if not commands:
        return []
    title = (
        "Give the subnet a way to the layers, which Amazon ECR keeps in S3"
        if case.cause is Cause.NETWORK_LAYERS
        else "Give the subnet a way to Amazon ECR, and to S3, where that keeps the layers"
    )
    return [target.fix(f"{title}: a NAT gateway, or these VPC endpoints", *commands)]


def _follow_route(network: Network | None, target: Target) -> Fix:
    subnet = network.subnet_id if network else "SUBNET_ID"
    return target.fix(
        "See where the subnet leads to: HTTPS has to get out, through a NAT gateway or an internet "
        "gateway, past its network ACL",
        target.aws(
            "ec2",
            "describe-route-tables",
            "--filters",
            f"Name=association.subnet-id,Values={subnet}",
            "--query",
            "RouteTables[].Routes",
        ),
        target.aws(
            "ec2",
            "describe-network-acls",
            "--filters",
            f"Name=association.subnet-id,Values={subnet}",
            "--query",
            "NetworkAcls[].Entries",
        ),
    )
