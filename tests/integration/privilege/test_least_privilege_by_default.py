"""Under the default policy, too, a role allows all that its function does, and no more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.privilege.roles import RolePolicy, first_uses
from tests.support.privilege.scenarios import SCENARIOS
from tests.support.privilege.world import World, deployed_world


@pytest.fixture(scope="module")
def world(default_assembly: Path) -> Iterator[World]:
    with deployed_world(default_assembly) as default:
        yield default


def test_every_grant_of_every_role_is_used(world: World) -> None:
    deployed = {function.module for function in world.guard.functions.values()}
    unused = {}
    for module in deployed & set(SCENARIOS):
        used = first_uses(world, module)
        unused[module] = [grant for grant in RolePolicy(world, module).grants if grant not in used]

    assert unused == {module: [] for module in deployed}
