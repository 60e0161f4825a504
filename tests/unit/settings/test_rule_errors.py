"""Error messages about rules and about the policy settings that they depend on."""

import pytest

from platform_guard_settings.guard_toml import SettingsError, parse_settings


def error_message(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text)
    return str(caught.value)


ML = '[[repository]]\nrepository = "ml/*"\n'
SECOND = f'[[repository]]\nrepository = "web/*"\n{ML}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "[[repository]]\ntag = 'dev-*'",
            "[[repository]] number 1 repository: required key is missing; "
            'set it to a pattern, such as "ml/*"',
            id="no pattern",
        ),
        pytest.param(
            "[repository]\nrepository = 'ml/*'",
            "repository: expected tables, got a table; write each as [[repository]]",
            id="single brackets",
        ),
        pytest.param(
            "repository = ['ml/*']",
            "repository: expected tables, got a list; write each as [[repository]]",
            id="patterns instead of rules",
        ),
        pytest.param(
            "[[repository]]\nrepository = 7",
            "[[repository]] number 1 repository: expected a string in quotes, got an integer",
            id="number instead of a pattern",
        ),
        pytest.param(
            "[[repository]]\nrepository = 'ML/*'",
            "[[repository]] number 1 (\"ML/*\") repository: 'ML/*' cannot match a repository "
            "name; use lowercase letters, digits and . _ - /, with * for any characters and ? for "
            "one",
            id="pattern that matches no repository name",
        ),
        pytest.param(
            "[[repository]]\nrepository = 'ml/[ab]'",
            "[[repository]] number 1 (\"ml/[ab]\") repository: 'ml/[ab]' cannot match a "
            "repository name; use lowercase letters, digits and . _ - /, with * for any characters "
            "and ? for one",
            id="shell pattern",
        ),
        pytest.param(
            f"{ML}tag = 'a/b'",
            "[[repository]] number 1 (\"ml/*\") tag: 'a/b' cannot match a tag; use letters, "
            "digits and . _ -, with * for any characters and ? for one",
            id="pattern that matches no tag",
        ),
        pytest.param(
            f"{SECOND}index_rule = 'forbit'",
            "[[repository]] number 2 (\"ml/*\") index_rule: 'forbit' is not allowed; "
            "use one of allow, multi-platform, forbid",
            id="wrong value in the second rule",
        ),
        pytest.param(
            f"{ML}platform_rule = 'some'",
            "[[repository]] number 1 (\"ml/*\") platform_rule: 'some' is not allowed; "
            "use one of all, any",
            id="unknown rule for platforms",
        ),
        pytest.param(
            f"{SECOND}remedies.index-only = 'erase'",
            "[[repository]] number 2 (\"ml/*\") remedies.index-only: 'erase' is not allowed; "
            "use one of alert, tag, quarantine, archive, delete",
            id="unknown remedy in a rule",
        ),
        pytest.param(
            f"{ML}remedies.index = 'tag'",
            '[[repository]] number 1 ("ml/*") remedies.index: unknown key; '
            "did you mean index-only? allowed keys: missing-platform, index-only, no-image, "
            "dangling, mislabeled",
            id="unknown finding in a rule",
        ),
        pytest.param(
            f"{ML}remedies = 'tag'",
            '[[repository]] number 1 ("ml/*") remedies: expected a table, got a string; '
            "set its keys as remedies.KEY = VALUE",
            id="one remedy for all findings of a rule",
        ),
        pytest.param(
            f"{ML}delay_seconds = 3",
            '[[repository]] number 1 ("ml/*") delay_seconds: unknown key; allowed keys: remedies, '
            "repository, tag, required_platforms, platform_rule, index_rule, verify_config, "
            "grace, ignore",
            id="setting that applies to all repositories",
        ),
        pytest.param(
            f"{ML}required_platforms = ['linux/amd64', 'linux/arm64']\nindex_rule = 'forbid'",
            '[[repository]] number 1 ("ml/*") index_rule: "forbid" conflicts with several '
            "required_platforms, which only an index can contain; use one platform, "
            'platform_rule = "any", or index_rule = "multi-platform"',
            id="conflict within a rule",
        ),
        pytest.param(
            "[guard]\nindex_rule = 'forbid'\n"
            f"{ML}required_platforms = ['linux/amd64', 'linux/arm64']",
            '[[repository]] number 1 ("ml/*") index_rule: "forbid" conflicts with several '
            "required_platforms, which only an index can contain; use one platform, "
            'platform_rule = "any", or index_rule = "multi-platform"',
            id="conflict between a rule and the default policy",
        ),
        pytest.param(
            f"{ML}ignore = true\nindex_rule = 'allow'",
            '[[repository]] number 1 ("ml/*") index_rule: has no effect with '
            "ignore = true; remove one of them",
            id="ignore and another setting",
        ),
        pytest.param(
            f"[guard]\nignore = true\n{ML}index_rule = 'allow'",
            '[[repository]] number 1 ("ml/*") index_rule: has no effect because [guard] '
            "sets ignore = true; add ignore = false",
            id="rule for ignored images",
        ),
        pytest.param(
            f"[guard]\nignore = true\n{ML}",
            "[guard] ignore: true ignores every image; add a [[repository]] with "
            "ignore = false, or remove this setting",
            id="everything ignored",
        ),
        pytest.param(
            f"{ML}{SECOND}",
            '[[repository]] number 3 ("ml/*") repository: number 1 matches the same images; '
            "keep one of the two",
            id="duplicate rule",
        ),
        pytest.param(
            f'{ML}[[repository]]\nrepository = "ml/**"',
            '[[repository]] number 2 ("ml/**") repository: number 1 matches the same images; '
            "keep one of the two",
            id="duplicate rule with an equivalent pattern",
        ),
        pytest.param(
            f'{ML}[[repository]]\nrepository = "ml/train"\ntag = "dev-*"',
            '[[repository]] number 2 ("ml/train") repository: can never match: number 1 '
            '("ml/*") comes first and matches the same images; '
            "move this rule before it, or remove it",
            id="rule after a broader one",
        ),
        pytest.param(
            f'[[repository]]\nrepository = "*"\ntag = "*-rc?"\n{ML}tag = "1.0-rc1"',
            '[[repository]] number 2 ("ml/*") repository: can never match: number 1 '
            '("*:*-rc?") comes first and matches the same images; '
            "move this rule before it, or remove it",
            id="rule after one for more tags",
        ),
        pytest.param(
            "[remedies]\nno-image = 'delete'",
            '[remedies] no-image: "delete" removes images permanently and needs a grace '
            'period here; set grace in [guard], such as grace = "24h"',
            id="delete without grace",
        ),
        pytest.param(
            "[guard]\ngrace = '0h'\n[remedies]\nno-image = 'delete'",
            '[remedies] no-image: "delete" removes images permanently and needs a grace '
            'period here; set grace in [guard], such as grace = "24h"',
            id="delete with a grace period of zero",
        ),
        pytest.param(
            f"{ML}remedies.dangling = 'delete'",
            '[[repository]] number 1 ("ml/*") remedies.dangling: "delete" removes images '
            'permanently and immediately; set grace = "24h" in this rule, or grace = "0m" to '
            "confirm",
            id="delete without a stated grace period in a rule",
        ),
        pytest.param(
            "[guard]\ngrace = '1 day'",
            "[guard] grace: invalid duration '1 day'; use minutes, hours or days, such as 90m, 24h "
            "or 7d",
            id="grace in words",
        ),
        pytest.param(
            "[guard]\ngrace = 24",
            "[guard] grace: expected a string in quotes, got an integer",
            id="grace without a unit",
        ),
        pytest.param(
            f"{ML}grace = '31d'",
            "[[repository]] number 1 (\"ml/*\") grace: duration '31d' is too long; use at most 30d",
            id="grace too long",
        ),
        pytest.param(
            "[guard]\nrepository_overrides = ['remedies']",
            "[guard] repository_overrides: 'remedies' is not allowed; use one of "
            "required_platforms, platform_rule, index_rule, remedy, grace, ignore",
            id="unknown override",
        ),
        pytest.param(
            "[guard]\nrepository_overrides = true",
            "[guard] repository_overrides: expected a list in brackets, got a boolean",
            id="boolean for a list of overrides",
        ),
    ],
)
def test_an_invalid_rule_is_reported_in_one_line_with_place_and_correction(
    text: str, message: str
) -> None:
    assert error_message(text) == f"guard.toml: {message}"


def test_a_pattern_with_line_breaks_stays_on_one_line() -> None:
    message = error_message('[[repository]]\nrepository = "ml\\n/\\u2028*"')

    assert len(message.splitlines()) == 1
    assert "cannot match a repository name" in message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{ML}tag = 'dev-*'\n{ML}", id="a narrower rule first"),
        pytest.param(
            '[[repository]]\nrepository = "ml/*"\ntag = "a*"\n'
            '[[repository]]\nrepository = "*"\ntag = "a1"',
            id="overlapping rules",
        ),
        pytest.param(f"{ML}", id="a rule without settings, which excludes images from later rules"),
        pytest.param(
            f"{ML}remedies.no-image = 'delete'\ngrace = '0m'",
            id="delete immediately, stated explicitly",
        ),
        pytest.param(
            "[guard]\ngrace = '24h'\n[remedies]\nno-image = 'delete'",
            id="delete after a grace period",
        ),
        pytest.param(
            f"[guard]\nignore = true\n{ML}ignore = false", id="all repositories ignored except some"
        ),
        pytest.param(
            "[guard]\nindex_rule = 'forbid'\nplatform_rule = 'any'\n"
            "required_platforms = ['linux/amd64', 'linux/arm64']",
            id="forbidden indexes and one of two platforms",
        ),
    ],
)
def test_valid_rules_are_accepted(text: str) -> None:
    parse_settings(text)
