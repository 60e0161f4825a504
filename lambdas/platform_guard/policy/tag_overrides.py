"""What a team says about its own repository, by AWS resource tags on it.

The account's policy says which settings teams may override. A team can make a remedy milder and a
grace period longer, never the other way round. A tag that makes no sense is not obeyed.

Resource tags hold letters, digits, spaces and + - = . _ : / @, so a list is written with spaces:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from platform_guard.duration import grace_text, parse_grace
from platform_guard.oci.platforms import Platform
from platform_guard.policy.policy import (
    IndexRule,
    PlatformRule,
    Policy,
    Remedy,
    contradiction,
    weaker,
)
from platform_guard.policy.required_platforms import parse_required_platforms
from platform_guard.toml_table import one_of

OVERRIDE_PREFIX = "platform-guard:"
"""What the key of every resource tag begins with that the guard reads."""

_T = TypeVar("_T")


class Override(StrEnum):
    """A setting that teams may override."""

    REQUIRED_PLATFORMS = "required_platforms"
    """One or more, with spaces between them."""
    PLATFORM_RULE = "platform_rule"
    INDEX_RULE = "index_rule"
    REMEDY = "remedy"
    """The strongest thing that is done, whatever the finding."""
    GRACE = "grace"
    IGNORE = "ignore"

    @property
    def tag_key(self) -> str:
        """The key of the resource tag, such as `platform-guard:index-rule`."""
        return OVERRIDE_PREFIX + self.replace("_", "-")


@dataclass(frozen=True, slots=True)
class InvalidTag:
    """A resource tag that is not obeyed."""

    key: str
    value: str
    because: str
    """A sentence that says what to write, without its period."""


@dataclass(frozen=True, slots=True)
class Overridden:
    """A policy with what resource tags say about it."""

    policy: Policy
    origins: Mapping[str, str]
    """Of the settings that come from a tag."""
    invalid_tags: tuple[InvalidTag, ...] = ()


def override(policy: Policy, tags: Mapping[str, str], allowed: frozenset[Override]) -> Overridden:
    """Let the resource tags of a repository override the policy of its images."""
    overriding = _Overriding(policy, dict(tags), allowed)
    return overriding.result()


class _Overriding:
    def __init__(
        self, policy: Policy, tags: Mapping[str, str], allowed: frozenset[Override]
    ) -> None:
        self._account = policy
        self._policy = policy
        self._tags = tags
        self._allowed = allowed
        self._origins: dict[str, str] = {}
        self._refused: dict[str, str] = {}

    def result(self) -> Overridden:
        self._refuse_unknown()
        self._override_evaluation()
        self._override_remedies()
        self._override_grace()
        self._override_ignore()
        refused = (
            InvalidTag(key, self._tags[key], because) for key, because in self._refused.items()
        )
        return Overridden(self._policy, self._origins, tuple(refused))

    def _refuse_unknown(self) -> None:
        known = {setting.tag_key: setting for setting in Override}
        for key in sorted(self._tags):
            if not key.startswith(OVERRIDE_PREFIX):
                continue
            if key not in known:
                self._refused[key] = f"it is unknown; {self._what_is_allowed()}"
            elif known[key] not in self._allowed:
                self._refused[key] = (
                    f"it is not for teams to say in this account; {self._what_is_allowed()}"
                )

    def _what_is_allowed(self) -> str:
        return f"allowed are {', '.join(setting.tag_key for setting in sorted(self._allowed))}"

    def _override_evaluation(self) -> None:
        """Override what images are judged by, all of it or nothing: the values belong together."""
        platforms = self._read(Override.REQUIRED_PLATFORMS, _platforms)
        platform_rule = self._read(Override.PLATFORM_RULE, one_of(PlatformRule))
        index_rule = self._read(Override.INDEX_RULE, one_of(IndexRule))
        policy = replace(
            self._policy,
            required_platforms=platforms or self._policy.required_platforms,
            platform_rule=platform_rule or self._policy.platform_rule,
            index_rule=index_rule or self._policy.index_rule,
        )
        stated = {
            Override.REQUIRED_PLATFORMS: platforms,
            Override.PLATFORM_RULE: platform_rule,
            Override.INDEX_RULE: index_rule,
        }
        keys = [setting for setting, value in stated.items() if value is not None]
        if reason := contradiction(policy):
            for setting in keys:
                self._refused[setting.tag_key] = f"it does not go together with the rest: {reason}"
            return
        self._policy = policy
        self._origins |= {setting: _origin(setting) for setting in keys}

    def _override_remedies(self) -> None:
        remedy = self._read(Override.REMEDY, one_of(Remedy))
        if remedy is None:
            return
        strongest = self._account.strongest_remedy
        if remedy.strength > strongest.strength:
            self._refused[Override.REMEDY.tag_key] = (
                f"{str(remedy)!r} is more than the account's policy does; "
                f"write {strongest} or something milder"
            )
            return
        remedies = {
            finding: weaker(remedy, accounts) for finding, accounts in self._policy.remedies.items()
        }
        self._origins |= {
            f"remedies.{finding}": _origin(Override.REMEDY)
            for finding, chosen in remedies.items()
            if chosen is not self._policy.remedies[finding]
        }
        self._policy = replace(self._policy, remedies=remedies)

    def _override_grace(self) -> None:
        seconds = self._read(Override.GRACE, parse_grace)
        if seconds is None:
            return
        least = self._account.grace_seconds
        if seconds < least:
            self._refused[Override.GRACE.tag_key] = (
                f"it is shorter than the account's policy grants; write {grace_text(least)} or more"
            )
            return
        self._policy = replace(self._policy, grace_seconds=seconds)
        self._origins["grace"] = _origin(Override.GRACE)

    def _override_ignore(self) -> None:
        ignore = self._read(Override.IGNORE, _true_or_false)
        if ignore:
            self._policy = replace(self._policy, ignore=True)
            self._origins["ignore"] = _origin(Override.IGNORE)

    def _read(self, setting: Override, read: Callable[[str], _T]) -> _T | None:
        """Read the value of a tag; None where there is none that is to be obeyed."""
        key = setting.tag_key
        if key not in self._tags or key in self._refused:
            return None
        try:
            return read(self._tags[key])
        except ValueError as error:
            self._refused[key] = str(error)
            return None


def _origin(setting: Override) -> str:
    return f"resource tag {setting.tag_key}"


def _platforms(text: str) -> tuple[Platform, ...]:
    if not text.split():
        raise ValueError("it is empty; write at least one platform, such as linux/amd64")
    return parse_required_platforms(text.split())


def _true_or_false(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} is not allowed; write true or false")
    return text == "true"
