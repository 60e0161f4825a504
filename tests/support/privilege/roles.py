"""The policy of a function's role, grant by grant."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from moto.iam.models import iam_backends

from platform_guard_emulator.iam.permissions import Permission
from platform_guard_emulator.iam.policy import matches_wildcard
from tests.support.privilege.scenarios import STORIES, Story
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
    """The one policy of a function's role, from which grants can be taken away."""

    def __init__(self, world: World, module: str) -> None:
        arn = world.guard.function(f"{module}.handler").role_arn
        self.role = arn.rpartition("/")[2]
        role = iam_backends[world.aws.account]["aws"].get_role(self.role)
        # As objects, which CloudFormation leaves behind here.
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


def happen(world: World, module: str, story: Story, run: object) -> None:
    """Let a story happen in which one function takes part."""
    with world.only(module):
        story(world, f"{module}-{run}".replace("_", "-"))


def first_uses(world: World, module: str) -> Mapping[Grant, Story]:
    """Let all stories of a function happen, and give the first that uses each grant of its role.

    Nobody may be denied anything on the way, and no event may be given up.
    """
    policy = RolePolicy(world, module)
    first: dict[Grant, Story] = {}
    for story in STORIES[module]:
        happen(world, module, story, story.__name__)
        assert not world.aws.denied, world.aws.denied
        assert not world.guard.dead_letters(), world.guard.dead_letters()
        wanted = {permission for role, permission in world.aws.wanted if role == policy.role}
        for grant in policy.grants:
            if any(map(grant.allows, wanted)):
                first.setdefault(grant, story)
        world.forget()
    return first


def _listed(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value
