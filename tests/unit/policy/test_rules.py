from dataclasses import replace
from typing import Any

import pytest

from platform_guard.policy.policy import Policy, Remedy
from platform_guard.policy.rules import SETTINGS, Policies, Rule
from platform_guard.policy.tag_overrides import Override
from platform_guard.policy.verdict import Finding
from platform_guard_settings.guard_toml import parse_settings


def all_of(remedy: Remedy, **settings: Any) -> Policy:
    return Policy(remedies=dict.fromkeys(Finding, remedy), **settings)


ALERT_ONLY = all_of(Remedy.ALERT)

POLICIES = parse_settings("""
    [guard]
    grace = "24h"

    [remedies]
    no-image = "alert"

    [[repository]]
    repository = "ml/*"
    tag = "dev-*"
    index_rule = "allow"

    [[repository]]
    repository = "ml/*"
    index_rule = "forbid"
    remedies.index-only = "alert"

    [[repository]]
    repository = "*/scratch"
    ignore = true
""").policies


@pytest.mark.parametrize(
    ("repository", "tag", "number"),
    [
        ("ml/train", "dev-1", 1),
        ("ml/train", "1.0", 2),
        ("ml/scratch", "1.0", 2),
        ("web/scratch", "1.0", 3),
        ("web/shop", "dev-1", None),
    ],
)
def test_the_first_rule_that_matches_repository_and_tag_applies(
    repository: str, tag: str, number: int | None
) -> None:
    rule = POLICIES.policy_for(repository, tag).rule

    assert (rule.number if rule else None) == number


def test_a_rule_takes_omitted_settings_from_the_default_policy() -> None:
    effective = POLICIES.policy_for("ml/train", "1.0")

    assert effective.policy == replace(
        POLICIES.default,
        index_rule=effective.policy.index_rule,
        remedies={**POLICIES.default.remedies, Finding.INDEX_ONLY: Remedy.ALERT},
    )
    assert effective.policy.index_rule == "forbid"


def test_every_setting_has_an_origin() -> None:
    assert POLICIES.policy_for("ml/train", "dev-1").origins == {
        "required_platforms": "default",
        "platform_rule": "default",
        "index_rule": 'rule 1 "ml/*:dev-*"',
        "verify_config": "default",
        "grace": "guard.toml [guard]",
        "ignore": "default",
        "remedies.missing-platform": "default",
        "remedies.index-only": "default",
        "remedies.no-image": "guard.toml [remedies]",
        "remedies.dangling": "default",
        "remedies.mislabeled": "default",
    }
    assert set(POLICIES.policy_for("web/scratch", "1").origins) == set(SETTINGS)


def _policies(default: Policy, *rules: Rule) -> Policies:
    return Policies(default=default, rules=rules)


@pytest.mark.parametrize(
    ("policies", "remedies"),
    [
        pytest.param(_policies(Policy()), {Remedy.TAG}, id="default policy"),
        pytest.param(
            _policies(ALERT_ONLY, Rule(1, "ml/*", Policy())),
            {Remedy.ALERT, Remedy.TAG},
            id="a remedy of a rule",
        ),
        pytest.param(
            _policies(ALERT_ONLY, Rule(1, "ml/*", Policy(ignore=True))),
            {Remedy.ALERT},
            id="no remedies for ignored images",
        ),
        pytest.param(
            _policies(Policy(), Rule(1, "**", ALERT_ONLY)),
            {Remedy.ALERT},
            id="a rule for every image replaces the default policy",
        ),
        pytest.param(
            _policies(Policy(), Rule(1, "*", ALERT_ONLY, tag="dev-*")),
            {Remedy.ALERT, Remedy.TAG},
            id="a rule for some tags does not replace the default policy",
        ),
        pytest.param(
            _policies(Policy(ignore=True)), set(), id="no remedies if every image is ignored"
        ),
        pytest.param(
            replace(_policies(all_of(Remedy.ARCHIVE)), overrides=frozenset({Override.REMEDY})),
            {Remedy.ALERT, Remedy.TAG, Remedy.QUARANTINE, Remedy.ARCHIVE},
            id="every weaker remedy that teams can choose",
        ),
    ],
)
def test_remedies_in_use_are_those_that_can_apply_to_an_image(
    policies: Policies, remedies: set[Remedy]
) -> None:
    assert policies.remedies_in_use() == remedies
    assert policies.strongest_remedy() == max(
        remedies, key=lambda remedy: remedy.strength, default=Remedy.ALERT
    )


@pytest.mark.parametrize(
    ("policies", "delays"),
    [
        pytest.param(_policies(all_of(Remedy.QUARANTINE)), False, id="no grace"),
        pytest.param(
            _policies(all_of(Remedy.TAG, grace_seconds=60)),
            False,
            id="no remedy that can be delayed",
        ),
        pytest.param(_policies(all_of(Remedy.QUARANTINE, grace_seconds=60)), True, id="grace"),
        pytest.param(
            _policies(Policy(), Rule(1, "ml/*", all_of(Remedy.DELETE, grace_seconds=60))),
            True,
            id="grace in a rule",
        ),
        pytest.param(
            replace(_policies(all_of(Remedy.QUARANTINE)), overrides=frozenset({Override.GRACE})),
            True,
            id="grace that a team can choose",
        ),
    ],
)
def test_a_grace_period_delays_only_remedies_stronger_than_a_mark(
    policies: Policies, delays: bool
) -> None:
    assert policies.may_delay() is delays


def test_a_policy_without_readable_tags_is_limited_to_a_mark_and_has_the_reason() -> None:
    default = all_of(Remedy.DELETE, grace_seconds=60)
    effective = _policies(default).policy_for("web/shop", "1").without_tags("AccessDeniedException")

    assert set(effective.policy.remedies.values()) == {Remedy.TAG}
    assert "AccessDeniedException" in effective.policy.caveat
    assert replace(effective.policy, remedies=default.remedies, caveat="") == default


def test_remedies_are_ordered_from_weakest_to_strongest() -> None:
    order = ["alert", "tag", "quarantine", "archive", "delete"]

    assert [remedy.value for remedy in Remedy] == order[: len(Remedy)]
    assert [remedy.strength for remedy in Remedy] == list(range(len(Remedy)))
