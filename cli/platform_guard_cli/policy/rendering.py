"""Policies as people and programs read them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from platform_guard.diagnosis.evidence.model import Unavailable
from platform_guard.duration import grace_text
from platform_guard.oci.platforms import Platform
from platform_guard.policy.policy import Policy, Remedy
from platform_guard.policy.rules import SETTINGS, EffectivePolicy, Policies, Rule
from platform_guard.policy.tag_overrides import Override
from platform_guard.registry.pull_through import ROOT
from platform_guard.text import printable

CachePrefixes = Sequence[str] | Unavailable | None
"""Of the registry's pull-through cache rules; None where nobody looked."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What holds for an image."""

    repository: str
    tag: str
    effective: EffectivePolicy
    cache_prefix: str | Unavailable | None = None
    """Of the rule that fills the repository, empty for none; None where nobody looked."""
    other_rules: tuple[Rule, ...] = ()
    """Which images of the repository with other tags may meet."""


def one_for_people(shown: Shown) -> str:
    """Write what holds for an image and where it comes from."""
    effective = shown.effective
    values = _setting_values(effective.policy)
    rows = [(name, _text(values[name]), effective.origins[name]) for name in SETTINGS]
    rule = effective.rule
    found_by = f"{_name(rule)} fits first" if rule else "no rule fits: the account's own policy"
    lines = [f"{shown.repository}:{shown.tag}: {found_by}", "", *_aligned(rows), ""]
    lines.extend(_notes_on_one(shown))
    lines.extend(f"Other tags may meet {_name(rule)}." for rule in shown.other_rules)
    return "\n".join(printable(line).rstrip() for line in lines).rstrip()


def one_as_json(shown: Shown) -> str:
    """Write what holds for an image as a JSON object."""
    effective = shown.effective
    rule = effective.rule
    prefix = shown.cache_prefix
    return json.dumps(
        {
            "repository": shown.repository,
            "tag": shown.tag,
            "rule": _rule_json(rule) if rule else None,
            "other_rules": list(map(_rule_json, shown.other_rules)),
            "settings": [
                {"setting": name, "value": value, "origin": effective.origins[name]}
                for name, value in _setting_values(effective.policy).items()
            ],
            "refused_tags": [asdict(tag) for tag in effective.invalid_tags],
            "cache_prefix": prefix if isinstance(prefix, str) else None,
            "not_checked": _not_checked(shown),
        }
    )


def all_for_people(policies: Policies, cache_prefixes: CachePrefixes) -> str:
    """Write all policies as a table, in the order in which they are tried."""
    rows: list[Sequence[str]] = [_HEAD]
    for rule in policies.rules:
        rows.extend(_rows(str(rule.number), rule.pattern, rule.policy))
    if policies.default_is_reachable:
        rows.extend(_rows("-", "all others" if policies.rules else "all", policies.default))
    lines = [*_aligned(rows), ""]
    if policies.rules:
        lines.append("The first rule that fits an image wins.")
    lines.append(_teams(policies.overrides))
    lines.append(f"The strongest that is done to any image: {policies.strongest_remedy()}.")
    lines.extend(_caches(cache_prefixes))
    return "\n".join(printable(line).rstrip() for line in lines)


def all_as_json(policies: Policies, cache_prefixes: CachePrefixes) -> str:
    """Write all policies as a JSON object."""
    prefixes = None if isinstance(cache_prefixes, Unavailable | None) else list(cache_prefixes)
    return json.dumps(
        {
            "rules": [
                {
                    "number": rule.number,
                    "repository": rule.repository,
                    "tag": rule.tag,
                    "settings": _settings_json(rule.policy, rule.stated),
                }
                for rule in policies.rules
            ],
            "default": _settings_json(policies.default, policies.stated),
            "repository_overrides": sorted(policies.overrides),
            "strongest_remedy": policies.strongest_remedy(),
            "cache_prefixes": prefixes,
        }
    )


def _setting_values(policy: Policy) -> Mapping[str, object]:
    """Give the values of a policy by the names of its settings, as the settings file has them."""
    return {
        "required_platforms": list(map(_specifier, policy.required_platforms)),
        "platform_rule": policy.platform_rule,
        "index_rule": policy.index_rule,
        "verify_config": policy.verify_config,
        "grace": grace_text(policy.grace_seconds),
        "ignore": policy.ignore,
        **{f"remedies.{finding}": remedy for finding, remedy in policy.remedies.items()},
    }


_HEAD = ("RULE", "IMAGES", "MUST RUN ON", "INDEX", "GRACE", "REMEDIES")


def _rows(number: str, pattern: str, policy: Policy) -> Iterator[Sequence[str]]:
    """Write a policy as a row, and one more for each further remedy."""
    if policy.ignore:
        yield number, pattern, "(left alone)", "", "", ""
        return
    first, *others = _remedies(policy)
    grace = grace_text(policy.grace_seconds)
    yield number, pattern, _wanted(policy), policy.index_rule, grace, first
    yield from (("", "", "", "", "", other) for other in others)


def _remedies(policy: Policy) -> list[str]:
    """List what is done about what, the strongest first; alone where it is the same for all."""
    if len(set(policy.remedies.values())) == 1:
        return [policy.strongest_remedy]
    return [
        f"{remedy}: {', '.join(findings)}"
        for remedy in reversed(Remedy)
        if (findings := [name for name, chosen in policy.remedies.items() if chosen is remedy])
    ]


def _teams(overrides: Iterable[Override]) -> str:
    keys = [setting.tag_key for setting in Override if setting in overrides]
    if not keys:
        return "Teams may override nothing by resource tags."
    return f"Teams may override by resource tags: {', '.join(keys)}."


def _caches(prefixes: CachePrefixes) -> list[str]:
    match prefixes:
        case None:
            return []
        case Unavailable():
            return [
                f"Not checked: {prefixes.what} ({prefixes.why}). Until then nothing is changed."
            ]
        case _ if ROOT in prefixes:
            return ["A pull-through cache for ROOT may fill any repository: nothing is changed."]
        case _ if prefixes:
            listed = ", ".join(f"{prefix.rstrip('/')}/*" for prefix in prefixes)
            return [f"Filled by pull-through caches, so never changed: {listed}."]
        case _:
            return ["No repository is filled by a pull-through cache."]


def _notes_on_one(shown: Shown) -> list[str]:
    effective, prefix = shown.effective, shown.cache_prefix
    notes = []
    if effective.policy.ignore:
        notes.append("Such images are left alone: neither read nor reported.")
    if isinstance(prefix, str) and prefix:
        notes.append(f"The pull-through cache {prefix} may fill it, so nothing is ever changed.")
    notes.extend(f"Not checked: {what}." for what in _not_checked(shown))
    notes.extend(
        f'Not obeyed: the resource tag {tag.key} = "{tag.value}": {tag.because}.'
        for tag in effective.invalid_tags
    )
    return notes


def _not_checked(shown: Shown) -> list[str]:
    policy = shown.effective.policy
    unchecked = [policy.not_checked] if policy.caveat else []
    if isinstance(shown.cache_prefix, Unavailable):
        unchecked.append(f"{shown.cache_prefix.what} ({shown.cache_prefix.why})")
    return unchecked


def _settings_json(policy: Policy, stated: frozenset[str]) -> list[Mapping[str, object]]:
    return [
        {"setting": name, "value": value, "stated": name in stated}
        for name, value in _setting_values(policy).items()
    ]


def _rule_json(rule: Rule) -> Mapping[str, object]:
    return {"number": rule.number, "pattern": rule.pattern}


def _name(rule: Rule) -> str:
    return f'rule {rule.number} "{rule.pattern}"'


def _wanted(policy: Policy) -> str:
    conjunction = f" {policy.platform_rule.conjunction} "
    return conjunction.join(map(_specifier, policy.required_platforms))


def _specifier(platform: Platform) -> str:
    """Write a platform as the settings file has it, with what Windows needs."""
    features = "".join(f"+{feature}" for feature in sorted(platform.os_features))
    version = f"({platform.os_version}{features})" if platform.os_version or features else ""
    return str(platform).replace(platform.os, platform.os + version, 1)


def _text(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
