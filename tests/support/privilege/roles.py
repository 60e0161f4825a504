"""The IAM policy of a function's role, split into single grants."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from moto.iam.models import iam_backends

from platform_guard_emulator.iam.permissions import Permission
from platform_guard_emulator.iam.policy import matches_wildcard
from tests.support.privilege.scenarios import SCENARIOS, Scenario
from tests.support.privilege.world import World

Policy = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Grant:
    """One action in one statement of a policy."""

    statement: int
    action: str
    resources: tuple[str, ...]

    def allows(self, permission: Permission) -> bool:
        return permission.action == self.action and any(
            matches_wildcard(pattern, permission.resource) for pattern in self.resources
        )


class RolePolicy:
    """The only policy of a function's role; grants can be removed temporarily."""

    def __init__(self, world: World, module: str) -> None:
        arn = world.guard.function(f"{module}.handler").role_arn
        self.role = arn.rpartition("/")[2]
        role = iam_backends[world.aws.account]["aws"].get_role(self.role)
        # CloudFormation in moto stores the documents as objects.
        self._policies = cast("dict[str, Policy]", role.policies)
        ((self._name, self._whole),) = self._policies.items()

    @property
    def grants(self) -> list[Grant]:
        return [
            Grant(number, action, tuple(_listed(statement["Resource"])))
            for number, statement in enumerate(self._whole["Statement"])
            for action in _listed(statement["Action"])
        ]

    @contextmanager
    def without(self, grant: Grant) -> Iterator[None]:
        statements = list(self._whole["Statement"])
        changed = statements[grant.statement]
        kept = [action for action in _listed(changed["Action"]) if action != grant.action]
        statements[grant.statement] = {**changed, "Action": kept}
        self._policies[self._name] = {**self._whole, "Statement": statements}
        try:
            yield
        finally:
            self._policies[self._name] = self._whole


def run_scenario(world: World, module: str, scenario: Scenario, run: object) -> None:
    """Run a scenario in which only one function processes its queue."""
    with world.only(module):
        scenario(world, f"{module}-{run}".replace("_", "-"))


def first_uses(world: World, module: str) -> Mapping[Grant, Scenario]:
    """Run all scenarios of a function, and return the first one that uses each grant of its role.

    Assert that no call is denied and no message reaches a dead-letter queue.
    """
    policy = RolePolicy(world, module)
    first: dict[Grant, Scenario] = {}
    for scenario in SCENARIOS[module]:
        run_scenario(world, module, scenario, scenario.__name__)
        assert not world.aws.denied_permissions, world.aws.denied_permissions
        assert not world.guard.dead_letters(), world.guard.dead_letters()
        requested = world.aws.requested_permissions
        wanted = {permission for role, permission in requested if role == policy.role}
        for grant in policy.grants:
            if any(map(grant.allows, wanted)):
                first.setdefault(grant, scenario)
        world.reset()
    return first


def _listed(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value
