"""The part of the settings that makes policies: [guard], [remedies] and every [[repository]]."""

import re
from collections.abc import Sequence

from platform_guard.duration import parse_grace
from platform_guard.policy.policy import IndexRule, PlatformRule, Policy, Remedy, contradiction
from platform_guard.policy.required_platforms import parse_required_platforms
from platform_guard.policy.rules import SETTINGS, Policies, Rule
from platform_guard.policy.verdict import Finding
from platform_guard.toml_table import TomlTable, a_boolean, a_string, one_of


def read_policy(guard: TomlTable, remedies: TomlTable, default: Policy) -> Policies:
    """Read the account's own policy, without its rules. Raises TomlTableError."""
    return Policies(_read_policy(guard, remedies, default), _stated(guard, remedies))


def check_policies(guard: TomlTable, remedies: TomlTable, policies: Policies) -> None:
    """Raise TomlTableError where the account's own policy makes no sense."""
    policy = policies.default
    _refuse_contradiction(guard, policy)
    for finding, remedy in policy.remedies.items():
        if _deletes_at_once(policy, remedy):
            raise remedies.error(
                finding,
                f'"{remedy}" takes images away for good, so the account\'s own policy has to give '
                'people time; write grace = "24h" or the like into [guard]',
            )
    if policy.ignore and all(rule.policy.ignore for rule in policies.rules):
        raise guard.error(
            "ignore",
            "true leaves every image alone; write a [[repository]] with ignore = false as well, "
            "or take it out",
        )


def read_rules(root: TomlTable, default: Policy) -> tuple[Rule, ...]:
    """Read the rules, in order. Raises TomlTableError, also for one that can never match."""
    rules: list[Rule] = []
    for table in root.tables("repository", name="repository"):
        rule = _read_rule(table, len(rules) + 1, default)
        _refuse_unreachable(table, rule, rules)
        rules.append(rule)
    return tuple(rules)


def _read_rule(table: TomlTable, number: int, default: Policy) -> Rule:
    with table, table.table("remedies") as remedies:
        repository = table.require("repository", _repository_pattern, 'a pattern, such as "ml/*"')
        tag = table.take("tag", _tag_pattern, "*")
        policy = _read_policy(table, remedies, default)
    rule = Rule(number, repository, policy, tag, _stated(table, remedies))
    _refuse_contradiction(table, policy)
    if policy.ignore:
        _refuse_more_than_ignore(table, rule)
        return rule
    for finding, remedy in policy.remedies.items():
        if _deletes_at_once(policy, remedy) and "grace" not in rule.stated:
            raise remedies.error(
                finding,
                f'"{remedy}" takes images away for good, at once; write grace = "24h" or the like '
                'into this rule, or grace = "0m" if you mean it',
            )
    return rule


def _read_policy(table: TomlTable, remedies: TomlTable, default: Policy) -> Policy:
    return Policy(
        required_platforms=table.take(
            "required_platforms", parse_required_platforms, default.required_platforms
        ),
        platform_rule=table.take("platform_rule", one_of(PlatformRule), default.platform_rule),
        index_rule=table.take("index_rule", one_of(IndexRule), default.index_rule),
        verify_config=table.take("verify_config", a_boolean, default.verify_config),
        remedies={
            finding: remedies.take(finding, one_of(Remedy), default.remedies[finding])
            for finding in Finding
        },
        grace_seconds=table.take("grace", _grace, default.grace_seconds),
        ignore=table.take("ignore", a_boolean, default.ignore),
    )


def _stated(table: TomlTable, remedies: TomlTable) -> frozenset[str]:
    keys = table.stated | {f"remedies.{finding}" for finding in remedies.stated}
    return keys.intersection(SETTINGS)


def _refuse_contradiction(table: TomlTable, policy: Policy) -> None:
    if reason := contradiction(policy):
        raise table.error("index_rule", reason)


def _refuse_more_than_ignore(table: TomlTable, rule: Rule) -> None:
    more = [setting for setting in SETTINGS if setting in rule.stated - {"ignore"}]
    if not more:
        return
    if "ignore" in rule.stated:
        raise table.error(more[0], "counts for nothing next to ignore = true; write one of them")
    raise table.error(
        more[0], "counts for nothing, because [guard] says ignore = true; add ignore = false"
    )


def _deletes_at_once(policy: Policy, remedy: Remedy) -> bool:
    return remedy is Remedy.DELETE and not policy.grace_seconds


def _refuse_unreachable(table: TomlTable, rule: Rule, earlier: Sequence[Rule]) -> None:
    covering = next((other for other in earlier if other.covers(rule)), None)
    if covering is None:
        return
    if rule.covers(covering):
        raise table.error(
            "repository", f"number {covering.number} is for the same images; write one rule"
        )
    raise table.error(
        "repository",
        f'can never match, because number {covering.number} ("{covering.pattern}") matches all of '
        "it and comes first; put this one before it, or take it out",
    )


def _grace(value: object) -> int:
    return parse_grace(a_string(value))


# The grammar of the ECR API, CreateRepository, repositoryName, with wildcards.
def _repository_pattern(value: object) -> str:
    pattern = a_string(value)
    if re.fullmatch(r"[a-z0-9._/*?-]{1,256}", pattern) is None:
        raise ValueError(
            f"{pattern!r} fits no repository; write small letters, digits and . _ - / "
            "as in its name, * for any characters, and ? for one"
        )
    return pattern


# Distribution specification, "Pulling manifests", with wildcards.
def _tag_pattern(value: object) -> str:
    pattern = a_string(value)
    if re.fullmatch(r"[A-Za-z0-9_.*?-]{1,128}", pattern) is None:
        raise ValueError(
            f"{pattern!r} fits no tag; write letters, digits and . _ - as in its name, "
            "* for any characters, and ? for one"
        )
    return pattern
