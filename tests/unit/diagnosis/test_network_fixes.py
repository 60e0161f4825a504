"""What is done about a network: for whom, in which order, and at whose cost."""

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
def test_what_answers_within_the_network_is_an_endpoint(address: str, is_endpoint: bool) -> None:
    stop = stop_with(UNREACHABLE.replace("3.120.1.2", address), API)

    admits = any("--source-group" in command for command in commands_for(stop))

    assert admits is is_endpoint


def test_who_cannot_fetch_layers_is_given_no_endpoint_but_that_for_s3() -> None:
    stop = stop_of("fargate-network-layers")

    made = [line for line in commands_for(stop, replace(CLOSED, endpoints=())) if "create" in line]

    (command,) = made
    assert ".s3 --route-table-ids" in command


def test_the_group_of_new_endpoints_admits_the_whole_vpc_before_they_take_over() -> None:
    network = replace(CLOSED, endpoints=(), vpc_cidr_blocks=("10.0.0.0/16", "10.1.0.0/16"))

    commands = commands_for(stop_with(UNREACHABLE, API), network)

    admitted = [commands.index(line) for line in commands if "--cidr" in line]
    taken_over = [commands.index(line) for line in commands if "--private-dns-enabled" in line]
    assert len(admitted) == len(taken_over) == 2
    assert max(admitted) < min(taken_over)
    assert not any("sg-0123456789abcdef0" in commands[position] for position in taken_over)


def test_a_gateway_endpoint_that_reaches_the_subnet_counts_before_one_that_does_not() -> None:
    far = Endpoint("s3", "vpce-far", reaches_subnet=False)
    near = Endpoint("s3", "vpce-near")

    assert replace(CLOSED, endpoints=(far, near)).endpoint("s3") == near
    assert replace(CLOSED, endpoints=(far,)).endpoint("s3") == far


@pytest.mark.parametrize("name", ["network-registry-instance", "network-registry-host"])
def test_nothing_is_done_about_the_subnet_of_a_task_that_does_not_pull(name: str) -> None:
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
def test_where_a_task_runs_is_told_by_what_ecs_says_of_it(
    launch_type: LaunchType | None, provider: str, instance: str, is_on_fargate: bool | None
) -> None:
    stop = replace(
        stop_of("fargate-network-layers"),
        launch_type=launch_type,
        capacity_provider=provider,
        container_instance_arn=instance,
    )

    assert stop.is_on_fargate is is_on_fargate
