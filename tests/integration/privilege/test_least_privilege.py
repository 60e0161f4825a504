"""Each function can do all it does with what its role allows, and with nothing less.

The emulator asks the template's own statements at every call. Each action is removed once from
each statement, and the function has to miss it.
"""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from platform_guard_emulator.calls import Denied
from tests.infrastructure.settings import EVERYTHING
from tests.support.privilege.roles import RolePolicy, first_uses, run_scenario
from tests.support.privilege.scenarios import SCENARIOS
from tests.support.privilege.world import World, deployed_world
from tests.support.synthesis import cloud_assembly


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An account whose operator uses every part there is."""
    with deployed_world(cloud_assembly(EVERYTHING, tmp_path_factory)) as everything:
        yield everything


def test_every_function_has_scenarios(world: World) -> None:
    assert {function.module for function in world.guard.functions.values()} == set(SCENARIOS)


@pytest.mark.parametrize("module", SCENARIOS)
def test_a_function_misses_each_action_that_its_role_is_deprived_of(
    world: World, module: str
) -> None:
    policy = RolePolicy(world, module)
    scenario_for = first_uses(world, module)
    needless = []
    for number, grant in enumerate(policy.grants):
        if grant in scenario_for:
            with policy.without(grant), world.aws.raise_on_denial(), suppress(Denied):
                run_scenario(world, module, scenario_for[grant], number)
        if not world.aws.denied_permissions:
            needless.append(grant)
        assert all(map(grant.allows, world.aws.denied_permissions))
        world.reset()

    assert needless == []
