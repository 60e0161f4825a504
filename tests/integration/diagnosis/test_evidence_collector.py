"""Evidence lookups in the emulator: time limits, networks and services."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from botocore.hooks import BaseEventHooks

from platform_guard.aws.clients import Clients
from platform_guard.aws.errors import LookupFailedError
from platform_guard.diagnosis.evidence.collector import EvidenceCollector, EvidenceRequest
from platform_guard.diagnosis.evidence.model import (
    AwsvpcConfiguration,
    CacheRule,
    Egress,
    Network,
    Service,
    TaskDefinition,
    Unavailable,
)
from platform_guard.diagnosis.evidence.network import look_up_network
from platform_guard.diagnosis.evidence.task import TaskDefinitions, look_up_service
from platform_guard.diagnosis.explainer import collect_evidence
from platform_guard.diagnosis.failure import PullFailure, pull_failure
from platform_guard.diagnosis.task_event import StoppedContainer, TaskStop, parse_task_stop
from platform_guard_emulator import LocalAws
from tests.support.ecs import MAC_BUILD, Shop
from tests.support.stop_events import NOT_FOUND, REGION, stop_event

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import FilterTypeDef
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.literals import DeploymentControllerTypeType

OTHER_IMAGE = "210987654321.dkr.ecr.eu-central-1.amazonaws.com/shop/api:1.4.2"


def stopped(definition: str, subnet: str = "") -> tuple[TaskStop, PullFailure]:
    stop = parse_task_stop(stop_event(definition=definition, subnet=subnet))
    assert isinstance(stop, TaskStop)
    failure = pull_failure(stop)
    assert failure is not None
    return stop, failure


@contextmanager
def hanging(emitter: BaseEventHooks, operation: str) -> Iterator[None]:
    """Make calls of an operation hang until the context exits."""
    released = threading.Event()

    def wait(**_: object) -> None:
        released.wait()

    emitter.register(f"before-call.*.{operation}", wait)
    try:
        yield
    finally:
        released.set()


@pytest.mark.parametrize("hangs_at", ["DescribeTaskDefinition", "DescribeImages", "BatchGetImage"])
def test_a_call_that_hangs_does_not_delay_the_evidence(shop: Shop, hangs_at: str) -> None:
    shop.push(MAC_BUILD)
    request = EvidenceRequest(*stopped(shop.define()))
    clients = Clients(REGION)
    client = clients.fast_fail(REGION)
    service = client.ecs if hangs_at == "DescribeTaskDefinition" else client.ecr

    with hanging(service.meta.events, hangs_at):
        evidence = EvidenceCollector(clients, TaskDefinitions(), lambda: 0.0).collect(request, 0.5)

    assert (
        Unavailable("the repository in ECR", "no answer within 0.5 seconds") in evidence.unavailable
    )
    assert isinstance(evidence.task_definition, TaskDefinition) is (
        hangs_at != "DescribeTaskDefinition"
    )


def test_no_lookup_starts_after_the_time_limit(shop: Shop) -> None:
    request = EvidenceRequest(*stopped(shop.define()))
    ticks = iter([0.0, 0.0, *[100.0] * 9])
    collector = EvidenceCollector(Clients(REGION), TaskDefinitions(), lambda: next(ticks))

    evidence = collector.collect(request, 15)

    assert isinstance(evidence.task_definition, TaskDefinition)
    assert {item.why for item in evidence.unavailable} == {"no answer within 15 seconds"}
    assert len(evidence.unavailable) == 6


def test_an_unexpected_error_in_a_lookup_is_raised(shop: Shop) -> None:
    def broken_clock() -> float:
        if threading.current_thread() is threading.main_thread():
            return 0.0
        raise ZeroDivisionError

    request = EvidenceRequest(*stopped(shop.define()))
    collector = EvidenceCollector(Clients(REGION), TaskDefinitions(), broken_clock)

    with pytest.raises(ZeroDivisionError):
        collector.collect(request, 15)


@pytest.fixture
def ec2(aws: LocalAws) -> "EC2Client":
    client: EC2Client = aws.client("ec2")
    return client


def main_table(ec2: "EC2Client", subnet: str) -> tuple[str, str]:
    vpc = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"]
    of_vpc: FilterTypeDef = {"Name": "vpc-id", "Values": [vpc]}
    (table,) = ec2.describe_route_tables(Filters=[of_vpc])["RouteTables"]
    return vpc, table["RouteTableId"]


def network_of(shop: Shop, subnet: str) -> Network:
    return look_up_network(Clients(REGION).ec2, stopped(shop.define(), subnet)[0], None)


def test_a_subnet_without_a_default_route_has_no_egress(shop: Shop) -> None:
    network = network_of(shop, shop.private_subnet())

    assert (network.egress, network.egress_target, network.endpoints) == (Egress.NONE, "", ())
    assert network.vpc_cidr_blocks == ("10.0.0.0/16",)


@pytest.mark.parametrize("launch_type", ["EC2", "MANAGED_INSTANCES", "EXTERNAL"])
def test_an_instance_does_not_pull_through_the_network_of_its_task(
    shop: Shop, launch_type: str
) -> None:
    event = stop_event(definition=shop.define(), subnet="subnet-1", launch_type=launch_type)
    stop = parse_task_stop(event)
    assert isinstance(stop, TaskStop)

    with pytest.raises(LookupFailedError, match="through its own network"):
        look_up_network(Clients(REGION).ec2, stop, None)


def test_the_default_route_of_the_main_table_is_an_internet_gateway(
    shop: Shop, ec2: "EC2Client"
) -> None:
    subnet = shop.private_subnet()
    vpc, table = main_table(ec2, subnet)
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)

    network = network_of(shop, subnet)

    assert (network.egress, network.egress_target) == (Egress.INTERNET_GATEWAY, gateway)
    assert network.route_table_id == table


def test_the_route_table_of_a_subnet_takes_precedence_over_the_main_one(
    shop: Shop, ec2: "EC2Client"
) -> None:
    subnet = shop.private_subnet()
    vpc, _ = main_table(ec2, subnet)
    own = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=own, SubnetId=subnet)
    nat = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]
    target = nat["NatGatewayId"]
    ec2.create_route(RouteTableId=own, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=target)

    network = network_of(shop, subnet)

    assert (network.route_table_id, network.egress) == (own, Egress.NAT_GATEWAY)
    assert network.egress_target == target


def test_a_gateway_endpoint_reaches_only_subnets_of_its_route_tables(
    shop: Shop, ec2: "EC2Client"
) -> None:
    subnet = shop.private_subnet()
    vpc, table = main_table(ec2, subnet)
    other_table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    for tables in ([other_table], [table]):
        ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName=f"com.amazonaws.{REGION}.s3",
            VpcEndpointType="Gateway",
            RouteTableIds=tables,
        )
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{REGION}.ecr.dkr",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
    )

    network = network_of(shop, subnet)

    assert [(item.service, item.reaches_subnet) for item in network.endpoints] == [
        ("s3", False),
        ("s3", True),
        ("ecr.dkr", True),
    ]
    assert network.endpoint("s3") == network.endpoints[1]


def test_cache_rules_are_looked_up_only_in_the_registry_of_the_task(
    aws: LocalAws, shop: Shop
) -> None:
    aws.client("ecr").create_pull_through_cache_rule(
        ecrRepositoryPrefix="shop", upstreamRegistryUrl="public.ecr.aws"
    )
    collector = EvidenceCollector(Clients(REGION), TaskDefinitions(), lambda: 0.0)
    stop, failure = stopped(shop.define())
    other_registry = replace(failure, container=StoppedContainer("app", OTHER_IMAGE))

    assert collector.collect(EvidenceRequest(stop, failure), 15).cache == CacheRule("shop")
    assert collector.collect(EvidenceRequest(stop, other_registry), 15).cache is None


def service_of(shop: Shop) -> Service:
    return look_up_service(Clients(REGION).ecs, stopped(shop.define())[0])


def test_a_service_has_its_network_configuration(shop: Shop) -> None:
    subnets = shop.private_subnet(), shop.private_subnet()
    shop.serve(shop.define(), *subnets)

    service = service_of(shop)

    assert service.deployment_controller == "ECS"
    assert service.network is not None
    assert service.network.subnets == subnets
    assert len(service.network.security_groups) == 1
    assert not service.network.assigns_public_ip


@pytest.mark.parametrize("controller", ["CODE_DEPLOY", "EXTERNAL"])
def test_a_service_has_its_deployment_controller(
    aws: LocalAws, shop: Shop, controller: "DeploymentControllerTypeType"
) -> None:
    ecs: ECSClient = aws.client("ecs")
    ecs.create_cluster(clusterName="shop")
    ecs.create_service(
        cluster="shop",
        serviceName="api",
        taskDefinition=shop.define(),
        desiredCount=1,
        deploymentController={"type": controller},
    )

    assert service_of(shop) == Service(controller)


def test_a_deleted_service_is_a_failed_lookup(aws: LocalAws, shop: Shop) -> None:
    aws.client("ecs").create_cluster(clusterName="shop")

    with pytest.raises(LookupFailedError, match="no such service"):
        service_of(shop)


def test_the_network_configuration_of_the_service_replaces_a_deleted_interface(shop: Shop) -> None:
    subnet = shop.private_subnet()
    stated = AwsvpcConfiguration((subnet,), ("sg-1",), assigns_public_ip=True)

    network = look_up_network(Clients(REGION).ec2, stopped(shop.define(), subnet)[0], stated)

    assert (network.public_ip, network.security_groups) == (True, ("sg-1",))


def test_the_lookup_of_the_architecture_counts_toward_the_time_limit(shop: Shop) -> None:
    event = stop_event(definition=shop.define(), launch_type="EC2", architecture="", text=NOT_FOUND)
    stop = parse_task_stop(event)
    assert isinstance(stop, TaskStop)
    failure = pull_failure(stop)
    assert failure is not None
    # The instance answers after nine seconds, everything else too late.
    ticks = iter([0.0, 9.0, 9.0, *[100.0] * 99])
    clients = Clients(REGION)
    collector = EvidenceCollector(clients, TaskDefinitions(), lambda: next(ticks))

    _, evidence = collect_evidence(clients, collector, stop, failure, seconds=15)

    assert {item.why for item in evidence.unavailable} == {"no answer within 6 seconds"}
