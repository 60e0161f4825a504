"""Fixes for an unreachable registry or layer storage, and for DNS errors."""

from platform_guard.alerts.alert import Fix
from platform_guard.alerts.console import console_url, percent_encode
from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.evidence.model import AwsvpcConfiguration, Egress, Network
from platform_guard.diagnosis.fixes.ecs import describe_service, is_deployed_by_ecs, run_task
from platform_guard.diagnosis.fixes.endpoints import endpoint_fixes
from platform_guard.diagnosis.fixes.target import Target

_RUNBOOK = "AWSSupport-TroubleshootECSTaskFailedToStart"


def network_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes for an unreachable registry or layer storage."""
    network = case.network
    fixes: list[Fix] = []
    if network is not None and case.is_on_fargate and _lacks_public_ip(network):
        fixes.append(_assign_public_ip(case, network, target))
    if not case.is_external_registry and case.puller != "host":
        fixes.extend(endpoint_fixes(case, target))
    inspect = _inspect_route(case, target)
    # The network of an instance is unknown, so inspecting it comes first.
    return [inspect, *fixes] if case.puller == "instance" else [*fixes, inspect]


def name_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes for DNS errors."""
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
    """Return the fix that starts the AWS troubleshooting runbook."""
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
    """Return the console URL of the runbook with its parameters."""
    parameters = (
        f"ClusterName={percent_encode(target.cluster)}&TaskId={percent_encode(target.task_id)}"
    )
    path = f"systems-manager/automation/execute/{_RUNBOOK}"
    return console_url(target.region, path, parameters)


def _assign_public_ip(case: PullContext, network: Network, target: Target) -> Fix:
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


def _inspect_route(case: PullContext, target: Target) -> Fix:
    network = case.network
    subnet = network.subnet_id if network else "SUBNET_ID"
    associated = ("--filters", f"Name=association.subnet-id,Values={subnet}")
    table = ("--route-table-ids", network.route_table_id) if network else associated
    routes = target.aws("ec2", "describe-route-tables", *table, "--query", "RouteTables[].Routes")
    entries = ("--query", "NetworkAcls[].Entries")
    lists = target.aws("ec2", "describe-network-acls", *associated, *entries)
    way = "HTTPS has to get out, through a NAT gateway or an internet gateway, past its network ACL"
    if case.is_on_fargate is not False:
        return target.fix(f"See where the subnet leads to: {way}", routes, lists)
    if case.puller == "host":
        return Fix(
            "The host pulls through its own network: HTTPS has to get from there to the registry"
        )
    title = (
        "The instance pulls through its own network interface, not through the task's: see where "
        f"the subnet of the instance leads to. {way}"
    )
    return target.fix(title, *_find_instance(case, target), routes, lists)


def _find_instance(case: PullContext, target: Target) -> list[str]:
    arn = (case.stop.container_instance_arn if case.stop else "") or "CONTAINER_INSTANCE"
    which = ("--cluster", target.cluster, "--container-instances", arn)
    query = "Reservations[].Instances[].[VpcId, SubnetId, SecurityGroups]"
    return [
        target.aws(
            "ecs",
            "describe-container-instances",
            *which,
            "--query",
            "containerInstances[].ec2InstanceId",
        ),
        target.aws("ec2", "describe-instances", "--instance-ids", "INSTANCE_ID", "--query", query),
    ]
