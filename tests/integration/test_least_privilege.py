"""Each function can do all it does with what its role allows, and with nothing less.

The stand-in asks the template's own statements at every call. Every action is taken away once, and
the function has to miss it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.iam.models import iam_backends
from moto.sqs.models import sqs_backends

from local_aws import LocalAws
from local_aws.calls import Denied
from tests.integration.ecs import Shop
from tests.integration.privilege_scenarios import (
    NOT_SHOWN,
    SCENARIOS,
    World,
    actions_of,
    statements_without,
)

Policy = dict[str, Any]


@pytest.fixture(scope="module")
def world(default_assembly: Path) -> Iterator[World]:
    with LocalAws() as aws:
        guard = aws.deploy(default_assembly)
        shop = Shop(aws)
        subnet = shop.private_subnet()
        shop.serve(shop.define(), subnet)
        yield World(aws, guard, shop, subnet, shop.add_instance("x86_64"))


class RolePolicy:
    """The one policy of a function's role, from which actions can be taken away."""

    def __init__(self, world: World, module: str) -> None:
        arn = world.guard.function(f"{module}.handler").role_arn
        role = iam_backends[world.aws.account]["aws"].get_role(arn.rpartition("/")[2])
        # As objects, which CloudFormation leaves behind here.
        self._policies = cast("dict[str, Policy]", role.policies)
        ((self._name, self._whole),) = self._policies.items()

    @property
    def actions(self) -> list[str]:
        return actions_of(self._whole["Statement"])

    @contextmanager
    def without(self, action: str) -> Iterator[None]:
        self._policies[self._name] = statements_without(self._whole, action)
        try:
            yield
        finally:
            self._policies[self._name] = self._whole


def forget(aws: LocalAws) -> None:
    """Forget what waits, what is remembered, and what still had to fail."""
    for queue in sqs_backends[aws.account][aws.region].queues.values():
        queue._messages.clear()
    for table in dynamodb_backends[aws.account][aws.region].tables.values():
        table.items.clear()
    aws.fail_no_more()
    aws.denied.clear()


def test_every_function_has_a_scenario(world: World) -> None:
    assert {function.module for function in world.guard.functions.values()} == set(SCENARIOS)


@pytest.mark.parametrize("module", SCENARIOS)
def test_a_role_allows_all_that_its_function_does(world: World, module: str) -> None:
    SCENARIOS[module](world, f"{module}-whole")

    assert world.aws.denied == []
    assert world.guard.dead_letters() == {}
    forget(world.aws)


@pytest.mark.parametrize("module", SCENARIOS)
def test_a_function_misses_each_action_that_its_role_is_deprived_of(
    world: World, module: str
) -> None:
    policy = RolePolicy(world, module)
    needless = []
    for action in policy.actions:
        run = f"{module}-{action.partition(':')[2].lower()}"
        with policy.without(action), world.aws.ending_at_a_denial(), suppress(Denied):
            SCENARIOS[module](world, run)
        missed = {permission.action for permission in world.aws.denied}
        assert missed <= {action}
        if not missed:
            needless.append(action)
        forget(world.aws)

    assert needless == sorted(NOT_SHOWN[module])
