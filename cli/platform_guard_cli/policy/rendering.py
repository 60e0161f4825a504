"""Rendering policies as text and JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from platform_guard.diagnosis.evidence.model import Unavailable
from platform_guard.duration import format_grace
from platform_guard.oci.platforms import Platform
from platform_guard.policy.policy import Policy, Remedy
from platform_guard.policy.rules import SETTINGS, EffectivePolicy, Policies, Rule
from platform_guard.policy.tag_overrides import Override
from platform_guard.registry.pull_through import ROOT
from platform_guard.text import printable

CachePrefixes = Sequence[str] | Unavailable | None
"""The prefixes of the registry's pull-through cache rules; None if not looked up."""


@dataclass(frozen=True, slots=True)
class ImagePolicy:
    """The policy for an image, with the other policies of its repository."""

    repository: str
    tag: str
    effective: EffectivePolicy
    cache_prefix: str | Unavailable | None = None
    """The prefix of the repository's pull-through cache rule; empty if it has none, None if not
    looked up."""
    other_rules: tuple[Rule, ...] = ()
    """The rules for other tags of the repository."""


def render_image_policy(image: ImagePolicy) -> str:
    """Render the policy for an image as text, with the origin of each value."""
    effective = image.effective
    values = _setting_values(effective.policy)
    rows = [(name, _text(values[name]), effective.origins[name]) for name in SETTINGS]
    rule = effective.rule
    source = f"{_name(rule)} applies" if rule else "no rule matches; the default policy applies"
    lines = [f"{image.repository}:{image.tag}: {source}", "", *_aligned(rows), ""]
    lines.extend(_notes(image))
    lines.extend(f"Other tags may match {_name(rule)}." for rule in image.other_rules)
    return "\n".join(printable(line).rstrip() for line in lines).rstrip()


def image_policy_json(image: ImagePolicy) -> str:
    """Render the policy for an image as a JSON object."""
    effective = image.effective
    rule = effective.rule
    prefix = image.cache_prefix
    return json.dumps(
        {
            "repository": image.repository,
            "tag": image.tag,
            "rule": _rule_json(rule) if rule else None,
            "other_rules": list(map(_rule_json, image.other_rules)),
            "settings": [
                {"setting": name, "value": value, "origin": effective.origins[name]}
                for name, value in _setting_values(effective.policy).items()
            ],
            "refused_tags": [asdict(tag) for tag in effective.invalid_tags],
            "cache_prefix": prefix if isinstance(prefix, str) else None,
            "not_checked": _not_checked(image),
        }
    )


def render_all_policies(policies: Policies, cache_prefixes: CachePrefixes) -> str:
    """Render all policies as a table, in matching order."""
    rows: list[Sequence[str]] = [_HEAD]
    for rule in policies.rules:
        rows.extend(_rows(str(rule.number), rule.pattern, rule.policy))
    if policies.default_is_reachable:
        rows.extend(_rows("-", "all others" if policies.rules else "all", policies.default))
    lines = [*_aligned(rows), ""]
    if policies.rules:
        lines.append("The first matching rule applies.")
    lines.append(_teams(policies.overrides))
    lines.append(f"Strongest remedy: {policies.strongest_remedy()}.")
    lines.extend(_caches(cache_prefixes))
    return "\n".join(printable(line).rstrip() for line in lines)


def all_policies_json(policies: Policies, cache_prefixes: CachePrefixes) -> str:
    """Render all policies as a JSON object."""
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
    """Return the settings of a policy by their names in guard.toml."""
    return {
        "required_platforms": list(map(_specifier, policy.required_platforms)),
        "platform_rule": policy.platform_rule,
        "index_rule": policy.index_rule,
        "verify_config": policy.verify_config,
        "grace": format_grace(policy.grace_seconds),
        "ignore": policy.ignore,
        **{f"remedies.{finding}": remedy for finding, remedy in policy.remedies.items()},
    }


_HEAD = ("RULE", "IMAGES", "MUST RUN ON", "INDEX", "GRACE", "REMEDIES")


def _rows(number: str, pattern: str, policy: Policy) -> Iterator[Sequence[str]]:
    """Return the row of a policy, and a continuation row for each further remedy."""
    if policy.ignore:
        yield number, pattern, "(ignored)", "", "", ""
        return
    first, *others = _remedies(policy)
    grace = format_grace(policy.grace_seconds)
    yield number, pattern, _required(policy), policy.index_rule, grace, first
    yield from (("", "", "", "", "", other) for other in others)


def _remedies(policy: Policy) -> list[str]:
    """List the remedies, strongest first, with their findings unless all have the same remedy."""
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
        return "Teams cannot override settings with resource tags."
    return f"Teams may override with resource tags: {', '.join(keys)}."


def _caches(prefixes: CachePrefixes) -> list[str]:
    match prefixes:
        case None:
            return []
        case Unavailable():
            return [f"Not checked: {prefixes.what} ({prefixes.why}). No image is changed for now."]
        case _ if ROOT in prefixes:
            return ["A pull-through cache for ROOT may fill any repository, so nothing is changed."]
        case _ if prefixes:
            listed = ", ".join(f"{prefix.rstrip('/')}/*" for prefix in prefixes)
            return [f"Filled by pull-through caches and never changed: {listed}."]
        case _:
            return ["No repository is filled by a pull-through cache."]


def _notes(image: ImagePolicy) -> list[str]:
    effective, prefix = image.effective, image.cache_prefix
    notes = []
    if effective.policy.ignore:
        notes.append("Such images are ignored: not read, evaluated or reported.")
    if isinstance(prefix, str) and prefix:
        notes.append(
            f"The pull-through cache {prefix} may fill this repository, so nothing is changed."
        )
    notes.extend(f"Not checked: {what}." for what in _not_checked(image))
    notes.extend(
        f'Ignoring invalid resource tag {tag.key} = "{tag.value}": {tag.because}.'
        for tag in effective.invalid_tags
    )
    return notes


def _not_checked(image: ImagePolicy) -> list[str]:
    policy = image.effective.policy
    unchecked = [policy.not_checked] if policy.caveat else []
    if isinstance(image.cache_prefix, Unavailable):
        unchecked.append(f"{image.cache_prefix.what} ({image.cache_prefix.why})")
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


def _required(policy: Policy) -> str:
    conjunction = f" {policy.platform_rule.conjunction} "
    return conjunction.join(map(_specifier, policy.required_platforms))


def _specifier(platform: Platform) -> str:
    """Format a platform as in guard.toml, including the Windows version."""
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
