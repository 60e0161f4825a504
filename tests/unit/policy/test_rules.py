from dataclasses import replace
from typing import Any

import pytest

from platform_guard.policy.policy import Policy, Remedy
from platform_guard.policy.rules import SETTINGS, Policies, Rule
from platform_guard.policy.tag_overrides import Override
from platform_guard.policy.verdict import Finding
from platform_guard.settings import parse_settings


def all_of(remedy: Remedy, **settings: Any) -> Policy:
    return Policy(remedies=dict.fromkeys(Finding, remedy), **settings)


ALERT_ALONE = all_of(Remedy.ALERT)

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
def test_the_first_rule_that_fits_repository_and_tag_wins(
    repository: str, tag: str, number: int | None
) -> None:
    rule = POLICIES.policy_for(repository, tag).rule

    assert (rule.number if rule else None) == number


def test_a_rule_is_the_account_s_policy_but_for_what_it_states() -> None:
    effective = POLICIES.policy_for("ml/train", "1.0")

    assert effective.policy == replace(
        POLICIES.default,
        index_rule=effective.policy.index_rule,
        remedies={**POLICIES.default.remedies, Finding.INDEX_ONLY: Remedy.ALERT},
    )
    assert effective.policy.index_rule == "forbid"


def test_every_value_says_where_it_comes_from() -> None:
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
        pytest.param(_policies(Policy()), {Remedy.TAG}, id="the account's own"),
        pytest.param(
            _policies(ALERT_ALONE, Rule(1, "ml/*", Policy())),
            {Remedy.ALERT, Remedy.TAG},
            id="one that only a rule states",
        ),
        pytest.param(
            _policies(ALERT_ALONE, Rule(1, "ml/*", Policy(ignore=True))),
            {Remedy.ALERT},
            id="none for images that are ignored",
        ),
        pytest.param(
            _policies(Policy(), Rule(1, "**", ALERT_ALONE)),
            {Remedy.ALERT},
            id="none of an account's policy that a rule replaces for every image",
        ),
        pytest.param(
            _policies(Policy(), Rule(1, "*", ALERT_ALONE, tag="dev-*")),
            {Remedy.ALERT, Remedy.TAG},
            id="a rule for some tags replaces nothing for the others",
        ),
        pytest.param(_policies(Policy(ignore=True)), set(), id="none where all is ignored"),
        pytest.param(
            replace(_policies(all_of(Remedy.ARCHIVE)), overrides=frozenset({Override.REMEDY})),
            {Remedy.ALERT, Remedy.TAG, Remedy.QUARANTINE, Remedy.ARCHIVE},
            id="every milder one as well where teams may ask for it",
        ),
    ],
)
def test_remedies_in_use_are_those_that_some_image_may_meet(
    policies: Policies, remedies: set[Remedy]
) -> None:
    assert policies.remedies_in_use() == remedies
    assert policies.strongest_remedy() == max(
        remedies, key=lambda remedy: remedy.strength, default=Remedy.ALERT
    )


@pytest.mark.parametrize(
    ("policies", "waits"),
    [
        pytest.param(_policies(all_of(Remedy.QUARANTINE)), False, id="no grace"),
        pytest.param(
            _policies(all_of(Remedy.TAG, grace_seconds=60)), False, id="no remedy that waits"
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
            id="grace that a team may ask for",
        ),
    ],
)
def test_something_is_put_off_where_a_grace_period_meets_a_remedy_that_waits(
    policies: Policies, waits: bool
) -> None:
    assert policies.waits() is waits


def test_where_tags_cannot_be_read_a_mark_is_the_most_and_the_policy_says_why() -> None:
    default = all_of(Remedy.DELETE, grace_seconds=60)
    effective = _policies(default).policy_for("web/shop", "1").without_tags("AccessDeniedException")

    assert set(effective.policy.remedies.values()) == {Remedy.TAG}
    assert "AccessDeniedException" in effective.policy.caveat
    assert replace(effective.policy, remedies=default.remedies, caveat="") == default


def test_remedies_are_ordered_from_mildest_to_strongest() -> None:
    order = ["alert", "tag", "quarantine", "archive", "delete"]

    assert [remedy.value for remedy in Remedy] == order[: len(Remedy)]
    assert [remedy.strength for remedy in Remedy] == list(range(len(Remedy)))
