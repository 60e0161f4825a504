"""Policy overrides by the resource tags of a repository.

The account's policy lists the settings that teams may override. A team can choose a weaker remedy
and a longer grace period, but not the opposite. Invalid tags are ignored.

Resource tags allow letters, digits, spaces and + - = . _ : / @, so lists are separated by spaces:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from platform_guard.duration import format_grace, parse_grace
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
from platform_guard.values import one_of

OVERRIDE_PREFIX = "platform-guard:"
"""The prefix of every resource tag key that the guard reads."""

_T = TypeVar("_T")


class Override(StrEnum):
    """A setting that teams may override."""

    REQUIRED_PLATFORMS = "required_platforms"
    """One or more, separated by spaces."""
    PLATFORM_RULE = "platform_rule"
    INDEX_RULE = "index_rule"
    REMEDY = "remedy"
    """The strongest remedy, for any finding."""
    GRACE = "grace"
    IGNORE = "ignore"

    @property
    def tag_key(self) -> str:
        """The resource tag key, such as `platform-guard:index-rule`."""
        return OVERRIDE_PREFIX + self.replace("_", "-")


@dataclass(frozen=True, slots=True)
class InvalidTag:
    """A resource tag that is ignored."""

    key: str
    value: str
    because: str
    """The problem and its correction, without a final period."""


@dataclass(frozen=True, slots=True)
class OverrideResult:
    """A policy with the overrides by resource tags applied."""

    policy: Policy
    origins: Mapping[str, str]
    """The origins of the overridden settings."""
    invalid_tags: tuple[InvalidTag, ...] = ()


def override(
    policy: Policy, tags: Mapping[str, str], allowed: frozenset[Override]
) -> OverrideResult:
    """Apply the resource tags of a repository to a policy, as far as `allowed` permits."""
    return _OverrideBuilder(policy, dict(tags), allowed).result()


class _OverrideBuilder:
    def __init__(
        self, policy: Policy, tags: Mapping[str, str], allowed: frozenset[Override]
    ) -> None:
        self._account = policy
        self._policy = policy
        self._tags = tags
        self._allowed = allowed
        self._origins: dict[str, str] = {}
        self._invalid: dict[str, str] = {}

    def result(self) -> OverrideResult:
        self._reject_keys()
        self._override_evaluation()
        self._override_remedies()
        self._override_grace()
        self._override_ignore()
        invalid = (
            InvalidTag(key, self._tags[key], because) for key, because in self._invalid.items()
        )
        return OverrideResult(self._policy, self._origins, tuple(invalid))

    def _reject_keys(self) -> None:
        known = {setting.tag_key: setting for setting in Override}
        for key in sorted(self._tags):
            if not key.startswith(OVERRIDE_PREFIX):
                continue
            if key not in known:
                self._invalid[key] = f"unknown key; {self._allowed_keys()}"
            elif known[key] not in self._allowed:
                self._invalid[key] = (
                    f"teams cannot override this setting in this account; {self._allowed_keys()}"
                )

    def _allowed_keys(self) -> str:
        return f"allowed keys: {', '.join(setting.tag_key for setting in sorted(self._allowed))}"

    def _override_evaluation(self) -> None:
        """Override the evaluation settings, all or none, because they depend on each other."""
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
                self._invalid[setting.tag_key] = f"conflicts with the other settings: {reason}"
            return
        self._policy = policy
        self._origins |= {setting: _origin(setting) for setting in keys}

    def _override_remedies(self) -> None:
        remedy = self._read(Override.REMEDY, one_of(Remedy))
        if remedy is None:
            return
        strongest = self._account.strongest_remedy
        if remedy.strength > strongest.strength:
            self._invalid[Override.REMEDY.tag_key] = (
                f"{str(remedy)!r} is stronger than the account's policy allows; "
                f"use {strongest} or a weaker remedy"
            )
            return
        remedies = {
            finding: weaker(remedy, current) for finding, current in self._policy.remedies.items()
        }
        self._origins |= {
            f"remedies.{finding}": _origin(Override.REMEDY)
            for finding, overridden in remedies.items()
            if overridden is not self._policy.remedies[finding]
        }
        self._policy = replace(self._policy, remedies=remedies)

    def _override_grace(self) -> None:
        seconds = self._read(Override.GRACE, parse_grace)
        if seconds is None:
            return
        minimum = self._account.grace_seconds
        if seconds < minimum:
            self._invalid[Override.GRACE.tag_key] = (
                f"shorter than the account's grace period; use {format_grace(minimum)} or more"
            )
            return
        self._policy = replace(self._policy, grace_seconds=seconds)
        self._origins["grace"] = _origin(Override.GRACE)

    def _override_ignore(self) -> None:
        ignore = self._read(Override.IGNORE, _true_or_false)
        if ignore:
            self._policy = replace(self._policy, ignore=True)
            self._origins["ignore"] = _origin(Override.IGNORE)

    def _read(self, setting: Override, parse: Callable[[str], _T]) -> _T | None:
        """Parse the value of a tag; None if the tag is missing or invalid."""
        key = setting.tag_key
        if key not in self._tags or key in self._invalid:
            return None
        try:
            return parse(self._tags[key])
        except ValueError as error:
            self._invalid[key] = str(error)
            return None


def _origin(setting: Override) -> str:
    return f"resource tag {setting.tag_key}"


def _platforms(text: str) -> tuple[Platform, ...]:
    if not text.split():
        raise ValueError("the value is empty; list at least one platform, such as linux/amd64")
    return parse_required_platforms(text.split())


def _true_or_false(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} is not allowed; use true or false")
    return text == "true"
