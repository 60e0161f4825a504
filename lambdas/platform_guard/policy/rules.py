"""Which policy holds for which image: the account's own, and rules for some repositories or tags.

The first rule that matches wins. It is a whole policy: what it leaves out is the account's.
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
"""The settings that make a policy, as the settings file names them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy for the images whose repository and tag fit two patterns."""

    number: int
    """Its place among the rules, from 1."""
    repository: str
    policy: Policy
    """With what the rule leaves out taken from the account's policy."""
    tag: str = "*"
    stated: frozenset[str] = frozenset()
    """The settings that the rule does not leave out."""

    @property
    def pattern(self) -> str:
        """Both patterns as one; that of the tag is left out where it matches every tag."""
        return self.repository if self.tag == "*" else f"{self.repository}:{self.tag}"

    def matches(self, repository: str, tag: str) -> bool:
        """Tell whether an image is one that the rule is for."""
        return self.is_for(repository) and matches(self.tag, tag)

    def is_for(self, repository: str) -> bool:
        """Tell whether some image of a repository may be one that the rule is for."""
        return matches(self.repository, repository)

    def covers(self, other: "Rule") -> bool:
        """Tell whether this rule matches every image that the other one matches."""
        return covers(self.repository, other.repository) and covers(self.tag, other.tag)


@dataclass(frozen=True, slots=True)
class EffectivePolicy:
    """The policy that holds for an image, and where each of its settings comes from."""

    policy: Policy
    origins: Mapping[str, str]
    """By setting: `default`, `guard.toml [guard]`, `rule 2 "ml/*"`,
    `resource tag platform-guard:grace`."""
    rule: Rule | None = None
    """The rule that matched; None where none did."""
    invalid_tags: tuple[InvalidTag, ...] = ()
    """Resource tags of the repository that are not obeyed."""

    def overridden(
        self, tags: Mapping[str, str], allowed: frozenset[Override]
    ) -> "EffectivePolicy":
        """Give the policy with what the resource tags of the repository say about it."""
        overridden = override(self.policy, tags, allowed)
        return replace(
            self,
            policy=overridden.policy,
            origins={**self.origins, **overridden.origins},
            invalid_tags=overridden.invalid_tags,
        )

    def without_tags(self, why: str) -> "EffectivePolicy":
        """Give the policy where the resource tags could not be read: no more than a mark."""
        caveat = f"whether the repository's resource tags ask for something else ({why})"
        policy = replace(cap(self.policy, Remedy.TAG), caveat=caveat)
        return replace(self, policy=policy)


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies of an account."""

    default: Policy = field(default_factory=Policy)
    stated: frozenset[str] = frozenset()
    """The settings that the account's own policy does not leave to this program."""
    rules: tuple[Rule, ...] = ()
    """The first that matches wins."""
    overrides: frozenset[Override] = frozenset()
    """What teams may override by resource tags on their repositories."""

    def policy_for(self, repository: str, tag: str) -> EffectivePolicy:
        """Give what holds for an image that is pushed to a repository under a tag."""
        rule = next((rule for rule in self.rules if rule.matches(repository, tag)), None)
        return EffectivePolicy(
            policy=rule.policy if rule else self.default,
            origins={setting: self._origin(setting, rule) for setting in SETTINGS},
            rule=rule,
        )

    def rules_for_other_tags(self, repository: str, rule: Rule | None) -> tuple[Rule, ...]:
        """List the rules but `rule` that images of a repository may meet, depending on their tag.

        Behind one for every tag, none is met any more.
        """
        fitting = [other for other in self.rules if other.is_for(repository)]
        for place, other in enumerate(fitting, start=1):
            if covers(other.tag, "*"):
                fitting = fitting[:place]
                break
        return tuple(other for other in fitting if other is not rule)

    def remedies_in_use(self) -> frozenset[Remedy]:
        """Give every remedy that some image may meet; no other needs a permission."""
        return frozenset(
            remedy
            for policy in self._in_use()
            if not policy.ignore
            for remedy in self._possible_remedies(policy)
        )

    def repositories_with(self, *remedies: Remedy) -> tuple[str, ...]:
        """Give the patterns of the repositories in which some image may meet one of these.

        One pattern alone where it covers the others.
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
        """Give the strongest thing that is done to any image."""
        return max(self.remedies_in_use(), key=lambda remedy: remedy.strength, default=Remedy.ALERT)

    def is_destructive(self) -> bool:
        """Tell whether some image may lose more than it gains by a mark."""
        return self.strongest_remedy().strength > Remedy.TAG.strength

    def waits(self) -> bool:
        """Tell whether some remedy may be put off by a grace period."""
        return any(
            (policy.grace_seconds > 0 or Override.GRACE in self.overrides)
            and policy.strongest_remedy.strength > Remedy.TAG.strength
            for policy in self._in_use()
            if not policy.ignore
        )

    @property
    def default_is_reachable(self) -> bool:
        """Whether no rule alone fits every image."""
        return not any(
            covers(rule.repository, "*") and covers(rule.tag, "*") for rule in self.rules
        )

    def _possible_remedies(self, policy: Policy) -> frozenset[Remedy]:
        """Give what may be done under a policy; teams may ask for what is milder."""
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
