"""The lookup of running workloads before a destructive remedy."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self, cast

import pytest

from platform_guard.aws.clients import Clients
from platform_guard.aws.errors import LookupFailedError
from platform_guard.aws.lookup import Deadline
from platform_guard.remediation.lambda_usage import LambdaUses
from platform_guard.remediation.protection_lookup import Account, Uses
from platform_guard.unavailable import Unavailable
from platform_guard_emulator import LocalAws
from tests.support.clock import SecondsClock

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

TOO_SLOW = "it took longer than 10 seconds"


@pytest.fixture
def clock() -> SecondsClock:
    return SecondsClock()


@pytest.fixture
def account(aws: LocalAws, clock: SecondsClock) -> Account:
    for number in range(12):
        aws.client("ecs").create_cluster(clusterName=f"cluster-{number}")
    return Account(Clients(aws.region), clock)


def test_an_image_that_a_service_just_started_to_use_is_found(
    aws: LocalAws, account: Account
) -> None:
    assert images(account.uses()) == set()

    run_service(aws, "redis:7")
    assert images(account.uses()) == {"redis:7"}

    run_service(aws, "redis:8")
    assert images(account.uses()) == {"redis:7", "redis:8"}


def test_many_empty_clusters_exceed_the_deadline(account: Account, clock: SecondsClock) -> None:
    clock.step = 1

    tasks, _ = account.uses()

    assert tasks == Unavailable("the tasks and services of Amazon ECS", TOO_SLOW)
    assert clock.now < 20


def test_a_lookup_that_timed_out_is_not_repeated_within_a_minute(
    account: Account, clock: SecondsClock
) -> None:
    clock.step = 1
    slow = account.uses()
    clock.step = 0

    clock.now += 50
    assert account.uses() == slow
    clock.now += 20
    assert images(account.uses()) == set()


def test_many_zip_functions_exceed_the_deadline(clock: SecondsClock) -> None:
    clock.step = 1
    functions = LambdaUses(cast("LambdaClient", ZipFunctions()), Deadline.within(10, clock))

    with pytest.raises(LookupFailedError, match=TOO_SLOW):
        functions.find()


class ZipFunctions:
    """AWS Lambda with 1000 pages of functions, none of which is a container image."""

    def get_paginator(self, operation: str) -> Self:
        assert operation == "list_functions"
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, list[dict[str, str]]]]:
        for number in range(1000):
            yield {"Functions": [{"FunctionName": f"f-{number}", "PackageType": "Zip"}]}


def images(uses: Uses) -> set[str]:
    found = set()
    for part in uses:
        assert not isinstance(part, Unavailable), part
        found |= {use.image for use in part}
    return found


def run_service(aws: LocalAws, image: str) -> None:
    ecs = aws.client("ecs")
    name = image.replace(":", "-")
    ecs.register_task_definition(
        family=name, containerDefinitions=[{"name": "app", "image": image, "memory": 512}]
    )
    ecs.create_service(cluster="cluster-0", serviceName=name, taskDefinition=name, desiredCount=1)
