"""ECR's operations on pull-through cache rules, which moto does not support."""

import re

from moto.core.responses import ActionResult

from platform_guard_emulator.ecr.errors import RegistryError, invalid_parameter
from platform_guard_emulator.ecr.operations import EcrOperations, without_none

# ECR API, PullThroughCacheRule, ecrRepositoryPrefix.
_PART = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
_PREFIX = rf"{_PART}(/{_PART})*/?|ROOT"


class PullThroughOperations(EcrOperations):
    """Stores and lists rules. Images are not pulled from an upstream registry."""

    def create_pull_through_cache_rule(self) -> ActionResult:
        """Store a rule by its prefix."""
        prefix = self._get_param("ecrRepositoryPrefix")
        if not 2 <= len(prefix) <= 30 or re.fullmatch(_PREFIX, prefix) is None:
            raise invalid_parameter("Invalid parameter at 'ecrRepositoryPrefix'")
        if prefix in self._rules:
            raise RegistryError(
                "PullThroughCacheRuleAlreadyExistsException",
                f"A pull through cache rule with the repository prefix '{prefix}' already exists",
            )
        rule: dict[str, object] = without_none(
            {
                "ecrRepositoryPrefix": prefix,
                "upstreamRegistryUrl": self._get_param("upstreamRegistryUrl"),
                "upstreamRegistry": self._get_param("upstreamRegistry"),
                "createdAt": self._registry.clock().timestamp(),
                "registryId": self.current_account,
            }
        )
        self._rules[prefix] = rule
        return ActionResult(rule)

    def describe_pull_through_cache_rules(self) -> ActionResult:
        """Return all rules in pages, or those of the given prefixes."""
        prefixes = self._get_param("ecrRepositoryPrefixes")
        if prefixes:
            missing = [prefix for prefix in prefixes if prefix not in self._rules]
            if missing:
                raise _no_rule(missing[0])
            return ActionResult({"pullThroughCacheRules": [self._rules[name] for name in prefixes]})
        page, token = self._page(list(self._rules.values()))
        return ActionResult(without_none({"pullThroughCacheRules": list(page), "nextToken": token}))

    @property
    def _rules(self) -> dict[str, dict[str, object]]:
        return self._registry.cache_rules.setdefault((self.current_account, self.region), {})


def _no_rule(prefix: str) -> RegistryError:
    return RegistryError(
        "PullThroughCacheRuleNotFoundException",
        f"A pull through cache rule with the repository prefix '{prefix}' does not exist",
    )
