"""Policy overrides by the resource tags of a repository."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.oci.platforms import Platform
from platform_guard.policy.policy import IndexRule, PlatformRule, Policy, Remedy
from platform_guard.policy.tag_overrides import InvalidTag, Override, override
from platform_guard.policy.verdict import Finding

AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")
ALL = frozenset(Override)
ACCOUNT = Policy(
    remedies={**dict.fromkeys(Finding, Remedy.QUARANTINE), Finding.INDEX_ONLY: Remedy.ALERT},
    grace_seconds=24 * 3600,
)


def tag(setting: Override, value: str) -> dict[str, str]:
    return {setting.tag_key: value}


@pytest.mark.parametrize(
    ("tags", "policy"),
    [
        pytest.param({}, ACCOUNT, id="no tag"),
        pytest.param({"team": "ml", "Platform-Guard:ignore": "true"}, ACCOUNT, id="unrelated tags"),
        pytest.param(
            {"platform-guard:required-platforms": "linux/arm64"},
            replace(ACCOUNT, required_platforms=(ARM64,)),
            id="another platform",
        ),
        pytest.param(
            {
                "platform-guard:required-platforms": "linux/amd64  linux/aarch64",
                "platform-guard:platform-rule": "any",
            },
            replace(ACCOUNT, required_platforms=(AMD64, ARM64), platform_rule=PlatformRule.ANY),
            id="any of two platforms",
        ),
        pytest.param(
            {"platform-guard:index-rule": "forbid"},
            replace(ACCOUNT, index_rule=IndexRule.FORBID),
            id="a stricter index rule",
        ),
        pytest.param(
            {"platform-guard:remedy": "tag"},
            replace(
                ACCOUNT,
                remedies={**dict.fromkeys(Finding, Remedy.TAG), Finding.INDEX_ONLY: Remedy.ALERT},
            ),
            id="a weaker remedy, except for findings that are only reported",
        ),
        pytest.param(
            {"platform-guard:grace": "7d"},
            replace(ACCOUNT, grace_seconds=604_800),
            id="a longer grace period",
        ),
        pytest.param({"platform-guard:ignore": "true"}, replace(ACCOUNT, ignore=True), id="ignore"),
        pytest.param({"platform-guard:ignore": "false"}, ACCOUNT, id="do not ignore"),
    ],
)
def test_a_valid_tag_is_applied(tags: dict[str, str], policy: Policy) -> None:
    overridden = override(ACCOUNT, tags, ALL)

    assert overridden.policy == policy
    assert overridden.invalid_tags == ()


@pytest.mark.parametrize(
    ("key", "value", "because"),
    [
        (
            "platform-guard:remedy",
            "delete",
            "'delete' is stronger than the account's policy allows; "
            "use quarantine or a weaker remedy",
        ),
        (
            "platform-guard:remedy",
            "destroy",
            "'destroy' is not allowed; use one of alert, tag, quarantine, archive, delete",
        ),
        (
            "platform-guard:grace",
            "1h",
            "shorter than the account's grace period; use 24h or more",
        ),
        (
            "platform-guard:grace",
            "soon",
            "invalid duration 'soon'; use minutes, hours or days, such as 90m, 24h or 7d",
        ),
        (
            "platform-guard:required-platforms",
            "",
            "the value is empty; list at least one platform, such as linux/amd64",
        ),
        (
            "platform-guard:required-platforms",
            "amd64",
            "invalid platform 'amd64'; use os/arch or os/arch/variant, such as linux/amd64",
        ),
        (
            "platform-guard:index-rule",
            "Forbid",
            "'Forbid' is not allowed; use one of allow, multi-platform, forbid",
        ),
        ("platform-guard:ignore", "yes", "'yes' is not allowed; use true or false"),
        (
            "platform-guard:remedies",
            "tag",
            "unknown key; allowed keys: platform-guard:grace, platform-guard:ignore, "
            "platform-guard:index-rule, platform-guard:platform-rule, platform-guard:remedy, "
            "platform-guard:required-platforms",
        ),
    ],
)
def test_an_invalid_tag_is_ignored_with_a_reason(key: str, value: str, because: str) -> None:
    overridden = override(ACCOUNT, {key: value}, ALL)

    assert overridden.policy == ACCOUNT
    assert overridden.origins == {}
    assert overridden.invalid_tags == (InvalidTag(key, value, because),)


def test_a_tag_for_a_setting_that_teams_cannot_override_is_invalid() -> None:
    overridden = override(
        ACCOUNT, tag(Override.IGNORE, "true"), frozenset({Override.GRACE, Override.REMEDY})
    )

    assert overridden.policy == ACCOUNT
    assert [invalid.because for invalid in overridden.invalid_tags] == [
        "teams cannot override this setting in this account; "
        "allowed keys: platform-guard:grace, platform-guard:remedy"
    ]


def test_conflicting_tags_are_all_ignored_and_the_others_applied() -> None:
    tags = {
        **tag(Override.REQUIRED_PLATFORMS, "linux/amd64 linux/arm64"),
        **tag(Override.INDEX_RULE, "forbid"),
        **tag(Override.GRACE, "48h"),
    }

    overridden = override(ACCOUNT, tags, ALL)

    assert overridden.policy == replace(ACCOUNT, grace_seconds=172_800)
    assert {invalid.key for invalid in overridden.invalid_tags} == {
        "platform-guard:required-platforms",
        "platform-guard:index-rule",
    }
    assert "conflicts with several required_platforms" in overridden.invalid_tags[0].because


def test_an_invalid_tag_does_not_affect_a_valid_one() -> None:
    tags = {**tag(Override.REMEDY, "delete"), **tag(Override.INDEX_RULE, "allow")}

    overridden = override(ACCOUNT, tags, ALL)

    assert overridden.policy == replace(ACCOUNT, index_rule=IndexRule.ALLOW)
    assert overridden.origins == {"index_rule": "resource tag platform-guard:index-rule"}


def test_only_the_remedies_that_a_tag_changes_have_the_tag_as_origin() -> None:
    origins = override(ACCOUNT, tag(Override.REMEDY, "alert"), ALL).origins

    assert set(origins) == {f"remedies.{finding}" for finding in Finding} - {"remedies.index-only"}


_KEYS = st.sampled_from([*(setting.tag_key for setting in Override), "platform-guard:x", "team"])
_VALUES = st.text(max_size=12) | st.sampled_from(
    ["alert", "tag", "archive", "delete", "0m", "7d", "true", "linux/arm64", "forbid", "any"]
)
_POLICIES = st.builds(
    Policy,
    remedies=st.fixed_dictionaries({finding: st.sampled_from(Remedy) for finding in Finding}),
    grace_seconds=st.sampled_from([0, 3600, 86_400]),
    required_platforms=st.sampled_from([(AMD64,), (AMD64, ARM64)]),
)


@given(
    _POLICIES, st.dictionaries(_KEYS, _VALUES, max_size=6), st.frozensets(st.sampled_from(Override))
)
def test_no_tag_makes_a_remedy_stronger_or_a_grace_period_shorter(
    policy: Policy, tags: dict[str, str], allowed: frozenset[Override]
) -> None:
    overridden = override(policy, tags, allowed)

    for finding in Finding:
        assert overridden.policy.remedies[finding].strength <= policy.remedies[finding].strength
    assert overridden.policy.grace_seconds >= policy.grace_seconds
    assert allowed or overridden.policy == policy
