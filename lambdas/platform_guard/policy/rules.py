"""The policies of an account: the default policy, and rules for some repositories or tags.

The first matching rule applies. A rule is a complete policy: its omitted settings come from the
account's default policy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from platform_guard.pattern import covers, matches
from platform_guard.policy.policy import Policy, Remedy, cap
from platform_guard.policy.tag_overrides import InvalidTag, Override, override
from platform_guard.policy.verdict import Finding

SETTINGS = (
    "required_platforms",
    "platform_rule",
    "index_rule",
    "verify_config",
    "grace",
    "ignore",
    *(f"remedies.{finding}" for finding in Finding),
)
"""The settings of a policy, by their names in guard.toml."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy for the images whose repository and tag match two patterns."""

    number: int
    """Its position among the rules, from 1."""
    repository: str
    policy: Policy
    """Omitted settings come from the account's default policy."""
    tag: str = "*"
    stated: frozenset[str] = frozenset()
    """The settings that the rule states."""

    @property
    def pattern(self) -> str:
        """`REPOSITORY:TAG`, or only the repository pattern if every tag matches."""
        return self.repository if self.tag == "*" else f"{self.repository}:{self.tag}"

    def matches(self, repository: str, tag: str) -> bool:
        """Return whether the rule applies to an image."""
        return self.may_match(repository) and matches(self.tag, tag)

    def may_match(self, repository: str) -> bool:
        """Return whether the rule applies to some tag of a repository."""
        return matches(self.repository, repository)

    def covers(self, other: "Rule") -> bool:
        """Return whether this rule matches every image that the other one matches."""
        return covers(self.repository, other.repository) and covers(self.tag, other.tag)


@dataclass(frozen=True, slots=True)
class EffectivePolicy:
    """The policy for an image, and the origin of each setting."""

    policy: Policy
    origins: Mapping[str, str]
    """By setting: `default`, `guard.toml [guard]`, `rule 2 "ml/*"`,
    `resource tag platform-guard:grace`."""
    rule: Rule | None = None
    """The matching rule; None if the default policy applies."""
    invalid_tags: tuple[InvalidTag, ...] = ()
    """The ignored resource tags of the repository."""

    def with_overrides(
        self, tags: Mapping[str, str], allowed: frozenset[Override]
    ) -> "EffectivePolicy":
        """Return the policy with the overrides by the repository's resource tags."""
        overridden = override(self.policy, tags, allowed)
        return replace(
            self,
            policy=overridden.policy,
            origins={**self.origins, **overridden.origins},
            invalid_tags=overridden.invalid_tags,
        )

    def without_tags(self, why: str) -> "EffectivePolicy":
        """Return the policy with remedies limited to a mark, because tags could not be read."""
        caveat = f"whether the repository's resource tags override the policy ({why})"
        policy = replace(cap(self.policy, Remedy.TAG), caveat=caveat)
        return replace(self, policy=policy)


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies of an account."""

    default: Policy = field(default_factory=Policy)
    stated: frozenset[str] = frozenset()
    """The settings that guard.toml states for the default policy."""
    rules: tuple[Rule, ...] = ()
    """In order; the first match applies."""
    overrides: frozenset[Override] = frozenset()
    """The settings that teams may override with resource tags on their repositories."""

    def policy_for(self, repository: str, tag: str) -> EffectivePolicy:
        """Return the policy for an image by its repository and tag."""
        rule = next((rule for rule in self.rules if rule.matches(repository, tag)), None)
        return EffectivePolicy(
            policy=rule.policy if rule else self.default,
            origins={setting: self._origin(setting, rule) for setting in SETTINGS},
            rule=rule,
        )

    def rules_for_other_tags(self, repository: str, rule: Rule | None) -> tuple[Rule, ...]:
        """Return the rules other than `rule` that apply to other tags of a repository.

        Rules after one that matches every tag never apply.
        """
        candidates = [other for other in self.rules if other.may_match(repository)]
        for position, other in enumerate(candidates, start=1):
            if covers(other.tag, "*"):
                candidates = candidates[:position]
                break
        return tuple(other for other in candidates if other is not rule)

    def remedies_in_use(self) -> frozenset[Remedy]:
        """Return the remedies that can apply to an image; others need no IAM permissions."""
        return frozenset(
            remedy
            for policy in self._in_use()
            if not policy.ignore
            for remedy in self._possible_remedies(policy)
        )

    def repositories_with(self, *remedies: Remedy) -> tuple[str, ...]:
        """Return the patterns of the repositories in which one of the remedies can apply.

        Patterns that another pattern covers are omitted.
        """
        patterns = {
            pattern
            for pattern, policy in self._patterns()
            if not policy.ignore and not self._possible_remedies(policy).isdisjoint(remedies)
        }
        return tuple(
            sorted(
                pattern
                for pattern in patterns
                if not any(covers(other, pattern) for other in patterns - {pattern})
            )
        )

    def strongest_remedy(self) -> Remedy:
        """Return the strongest remedy that can apply to an image."""
        return max(self.remedies_in_use(), key=lambda remedy: remedy.strength, default=Remedy.ALERT)

    def is_destructive(self) -> bool:
        """Return whether a remedy stronger than a mark can apply to an image."""
        return self.strongest_remedy().strength > Remedy.TAG.strength

    def may_delay(self) -> bool:
        """Return whether a grace period can delay a remedy."""
        return any(
            (policy.grace_seconds > 0 or Override.GRACE in self.overrides)
            and policy.strongest_remedy.strength > Remedy.TAG.strength
            for policy in self._in_use()
            if not policy.ignore
        )

    @property
    def default_is_reachable(self) -> bool:
        """Whether the default policy applies to some image: no rule matches all of them."""
        return not any(
            covers(rule.repository, "*") and covers(rule.tag, "*") for rule in self.rules
        )

    def _possible_remedies(self, policy: Policy) -> frozenset[Remedy]:
        """Include the weaker remedies that teams can choose with a resource tag."""
        stated = frozenset(policy.remedies.values())
        if Override.REMEDY not in self.overrides:
            return stated
        strongest = max(remedy.strength for remedy in stated)
        return frozenset(remedy for remedy in Remedy if remedy.strength <= strongest)

    def _in_use(self) -> Iterator[Policy]:
        yield from (policy for _, policy in self._patterns())

    def _patterns(self) -> Iterator[tuple[str, Policy]]:
        yield from ((rule.repository, rule.policy) for rule in self.rules)
        if self.default_is_reachable:
            yield "*", self.default

    def _origin(self, setting: str, rule: Rule | None) -> str:
        if rule and setting in rule.stated:
            return f'rule {rule.number} "{rule.pattern}"'
        if setting in self.stated:
            table = "[remedies]" if setting.startswith("remedies.") else "[guard]"
            return f"guard.toml {table}"
        return "default"
