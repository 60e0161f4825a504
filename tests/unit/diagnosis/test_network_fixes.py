"""Fixes for network errors: endpoints, routes and public addresses."""

from dataclasses import replace

import pytest

from platform_guard.diagnosis.diagnosis import diagnose
from platform_guard.diagnosis.evidence.model import Endpoint, Evidence, Network
from platform_guard.diagnosis.task_event import LaunchType, TaskStop
from tests.support.diagnoses import alert_of
from tests.support.diagnosis_evidence import API, CLOSED, UNREACHABLE
from tests.support.stops import failure_of, stop_of, stop_with


def commands_for(stop: TaskStop, network: Network | None = None) -> list[str]:
    fixes = diagnose(stop, failure_of(stop), Evidence(network=network)).fixes
    return [command for fix in fixes for command in fix.commands]


@pytest.mark.parametrize(
    ("address", "is_endpoint"),
    [
        ("10.0.3.17", True),
        ("100.64.3.4", True),
        ("192.168.1.9", True),
        ("3.120.1.2", False),
        ("100.128.0.1", False),
    ],
)
def test_an_address_within_the_vpc_is_an_endpoint(address: str, is_endpoint: bool) -> None:
    stop = stop_with(UNREACHABLE.replace("3.120.1.2", address), API)

    allows_ingress = any("--source-group" in command for command in commands_for(stop))

    assert allows_ingress is is_endpoint


def test_a_layer_error_needs_only_the_s3_endpoint() -> None:
    stop = stop_of("fargate-network-layers")

    created = [
        line for line in commands_for(stop, replace(CLOSED, endpoints=())) if "create" in line
    ]

    (command,) = created
    assert ".s3 --route-table-ids" in command


def test_the_security_group_allows_the_whole_vpc_before_endpoints_are_created() -> None:
    network = replace(CLOSED, endpoints=(), vpc_cidr_blocks=("10.0.0.0/16", "10.1.0.0/16"))

    commands = commands_for(stop_with(UNREACHABLE, API), network)

    ingress = [commands.index(line) for line in commands if "--cidr" in line]
    endpoints = [commands.index(line) for line in commands if "--private-dns-enabled" in line]
    assert len(ingress) == len(endpoints) == 2
    assert max(ingress) < min(endpoints)
    assert not any("sg-0123456789abcdef0" in commands[position] for position in endpoints)


def test_a_gateway_endpoint_that_reaches_the_subnet_takes_precedence() -> None:
    far = Endpoint("s3", "vpce-far", reaches_subnet=False)
    near = Endpoint("s3", "vpce-near")

    assert replace(CLOSED, endpoints=(far, near)).endpoint("s3") == near
    assert replace(CLOSED, endpoints=(far,)).endpoint("s3") == far


@pytest.mark.parametrize("name", ["network-registry-instance", "network-registry-host"])
def test_no_fix_changes_the_subnet_of_a_task_whose_host_pulls(name: str) -> None:
    commands = [line for fix in alert_of(name).fixes for line in fix.commands]

    assert not any("subnet-0" in command for command in commands)


@pytest.mark.parametrize(
    ("launch_type", "provider", "instance", "is_on_fargate"),
    [
        (LaunchType.FARGATE, "", "", True),
        (LaunchType.EC2, "", "arn", False),
        (LaunchType.MANAGED_INSTANCES, "mine", "arn", False),
        (LaunchType.EXTERNAL, "", "arn", False),
        (None, "FARGATE_SPOT", "", True),
        (None, "mine", "arn", False),
        (None, "mine", "", None),
    ],
)
def test_fargate_is_detected_by_launch_type_capacity_provider_or_instance(
    launch_type: LaunchType | None, provider: str, instance: str, is_on_fargate: bool | None
) -> None:
    stop = replace(
        stop_of("fargate-network-layers"),
        launch_type=launch_type,
        capacity_provider=provider,
        container_instance_arn=instance,
    )

    assert stop.is_on_fargate is is_on_fargate
