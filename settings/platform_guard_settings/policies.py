"""Parsing policies from guard.toml: [guard], [remedies] and each [[repository]]."""

import re
from collections.abc import Sequence

from platform_guard.duration import parse_grace
from platform_guard.policy.policy import IndexRule, PlatformRule, Policy, Remedy, contradiction
from platform_guard.policy.required_platforms import parse_required_platforms
from platform_guard.policy.rules import SETTINGS, Policies, Rule
from platform_guard.policy.verdict import Finding
from platform_guard.values import one_of, read_boolean, read_string
from platform_guard_settings.toml_table import TomlTable


def read_policy(guard: TomlTable, remedies: TomlTable, default: Policy) -> Policies:
    """Read the account's default policy, without rules. Raise TomlTableError if it is invalid."""
    return Policies(_read_policy(guard, remedies, default), _stated(guard, remedies))


def check_policies(guard: TomlTable, remedies: TomlTable, policies: Policies) -> None:
    """Raise TomlTableError if the account's default policy is inconsistent."""
    policy = policies.default
    _reject_contradiction(guard, policy)
    for finding, remedy in policy.remedies.items():
        if _deletes_at_once(policy, remedy):
            raise remedies.error(
                finding,
                f'"{remedy}" removes images permanently and needs a grace period here; '
                'set grace in [guard], such as grace = "24h"',
            )
    if policy.ignore and all(rule.policy.ignore for rule in policies.rules):
        raise guard.error(
            "ignore",
            "true ignores every image; add a [[repository]] with ignore = false, "
            "or remove this setting",
        )


def read_rules(root: TomlTable, default: Policy) -> tuple[Rule, ...]:
    """Read the rules in order. Raise TomlTableError if one is invalid or can never match."""
    rules: list[Rule] = []
    for table in root.tables("repository", name="repository"):
        rule = _read_rule(table, len(rules) + 1, default)
        _reject_unreachable(table, rule, rules)
        rules.append(rule)
    return tuple(rules)


def _read_rule(table: TomlTable, number: int, default: Policy) -> Rule:
    with table, table.table("remedies") as remedies:
        repository = table.require("repository", _repository_pattern, 'a pattern, such as "ml/*"')
        tag = table.take("tag", _tag_pattern, "*")
        policy = _read_policy(table, remedies, default)
    rule = Rule(number, repository, policy, tag, _stated(table, remedies))
    _reject_contradiction(table, policy)
    if policy.ignore:
        _reject_settings_beside_ignore(table, rule)
        return rule
    for finding, remedy in policy.remedies.items():
        if _deletes_at_once(policy, remedy) and "grace" not in rule.stated:
            raise remedies.error(
                finding,
                f'"{remedy}" removes images permanently and immediately; '
                'set grace = "24h" in this rule, or grace = "0m" to confirm',
            )
    return rule


def _read_policy(table: TomlTable, remedies: TomlTable, default: Policy) -> Policy:
    return Policy(
        required_platforms=table.take(
            "required_platforms", parse_required_platforms, default.required_platforms
        ),
        platform_rule=table.take("platform_rule", one_of(PlatformRule), default.platform_rule),
        index_rule=table.take("index_rule", one_of(IndexRule), default.index_rule),
        verify_config=table.take("verify_config", read_boolean, default.verify_config),
        remedies={
            finding: remedies.take(finding, one_of(Remedy), default.remedies[finding])
            for finding in Finding
        },
        grace_seconds=table.take("grace", _grace, default.grace_seconds),
        ignore=table.take("ignore", read_boolean, default.ignore),
    )


def _stated(table: TomlTable, remedies: TomlTable) -> frozenset[str]:
    keys = table.stated | {f"remedies.{finding}" for finding in remedies.stated}
    return keys.intersection(SETTINGS)


def _reject_contradiction(table: TomlTable, policy: Policy) -> None:
    if reason := contradiction(policy):
        raise table.error("index_rule", reason)


def _reject_settings_beside_ignore(table: TomlTable, rule: Rule) -> None:
    others = [setting for setting in SETTINGS if setting in rule.stated - {"ignore"}]
    if not others:
        return
    if "ignore" in rule.stated:
        raise table.error(others[0], "has no effect with ignore = true; remove one of them")
    raise table.error(
        others[0], "has no effect because [guard] sets ignore = true; add ignore = false"
    )


def _deletes_at_once(policy: Policy, remedy: Remedy) -> bool:
    return remedy is Remedy.DELETE and not policy.grace_seconds


def _reject_unreachable(table: TomlTable, rule: Rule, earlier: Sequence[Rule]) -> None:
    covering = next((other for other in earlier if other.covers(rule)), None)
    if covering is None:
        return
    if rule.covers(covering):
        raise table.error(
            "repository", f"number {covering.number} matches the same images; keep one of the two"
        )
    raise table.error(
        "repository",
        f'can never match: number {covering.number} ("{covering.pattern}") comes first and matches '
        "the same images; move this rule before it, or remove it",
    )


def _grace(value: object) -> int:
    return parse_grace(read_string(value))


# ECR API, CreateRepository, repositoryName, plus wildcards.
def _repository_pattern(value: object) -> str:
    pattern = read_string(value)
    if re.fullmatch(r"[a-z0-9._/*?-]{1,256}", pattern) is None:
        raise ValueError(
            f"{pattern!r} cannot match a repository name; use lowercase letters, digits "
            "and . _ - /, with * for any characters and ? for one"
        )
    return pattern


# Distribution specification, "Pulling manifests", plus wildcards.
def _tag_pattern(value: object) -> str:
    pattern = read_string(value)
    if re.fullmatch(r"[A-Za-z0-9_.*?-]{1,128}", pattern) is None:
        raise ValueError(
            f"{pattern!r} cannot match a tag; use letters, digits and . _ -, "
            "with * for any characters and ? for one"
        )
    return pattern
