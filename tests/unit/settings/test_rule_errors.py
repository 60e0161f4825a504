"""What an operator reads who made a mistake in a rule, or in what rules presuppose."""

import pytest

from platform_guard.settings import SettingsError, parse_settings


def refusal(text: str) -> str:
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
            '[[repository]] number 1 repository: is missing; write a pattern, such as "ml/*"',
            id="no pattern",
        ),
        pytest.param(
            "[repository]\nrepository = 'ml/*'",
            "repository: is a table; write each as a table, [[repository]]",
            id="one pair of brackets",
        ),
        pytest.param(
            "repository = ['ml/*']",
            "repository: is a list; write each as a table, [[repository]]",
            id="patterns in place of rules",
        ),
        pytest.param(
            "[[repository]]\nrepository = 7",
            "[[repository]] number 1 repository: is a whole number; write a string, in quotes",
            id="number for a pattern",
        ),
        pytest.param(
            "[[repository]]\nrepository = 'ML/*'",
            "[[repository]] number 1 (\"ML/*\") repository: 'ML/*' fits no repository; write small "
            "letters, digits and . _ - / as in its name, * for any characters, and ? for one",
            id="pattern that fits no name of a repository",
        ),
        pytest.param(
            "[[repository]]\nrepository = 'ml/[ab]'",
            "[[repository]] number 1 (\"ml/[ab]\") repository: 'ml/[ab]' fits no repository; write "
            "small letters, digits and . _ - / as in its name, * for any characters, and ? for one",
            id="pattern of a shell",
        ),
        pytest.param(
            f"{ML}tag = 'a/b'",
            "[[repository]] number 1 (\"ml/*\") tag: 'a/b' fits no tag; write letters, digits and "
            ". _ - as in its name, * for any characters, and ? for one",
            id="pattern that fits no tag",
        ),
        pytest.param(
            f"{SECOND}index_rule = 'forbit'",
            "[[repository]] number 2 (\"ml/*\") index_rule: 'forbit' is not allowed; "
            "write one of allow, multi-platform, forbid",
            id="wrong value in the second rule",
        ),
        pytest.param(
            f"{ML}platform_rule = 'some'",
            "[[repository]] number 1 (\"ml/*\") platform_rule: 'some' is not allowed; "
            "write one of all, any",
            id="unknown rule for platforms",
        ),
        pytest.param(
            f"{SECOND}remedies.index-only = 'erase'",
            "[[repository]] number 2 (\"ml/*\") remedies.index-only: 'erase' is not allowed; "
            "write one of alert, tag, quarantine, archive, delete",
            id="unknown remedy in a rule",
        ),
        pytest.param(
            f"{ML}remedies.index = 'tag'",
            '[[repository]] number 1 ("ml/*") remedies.index: unknown; did you mean index-only? '
            "allowed are missing-platform, index-only, no-image, dangling, mislabeled",
            id="unknown finding in a rule",
        ),
        pytest.param(
            f"{ML}remedies = 'tag'",
            '[[repository]] number 1 ("ml/*") remedies: is a string; '
            "write its keys as remedies.KEY = VALUE",
            id="one remedy for all findings of a rule",
        ),
        pytest.param(
            f"{ML}delay_seconds = 3",
            '[[repository]] number 1 ("ml/*") delay_seconds: unknown; allowed are remedies, '
            "repository, tag, required_platforms, platform_rule, index_rule, verify_config, "
            "grace, ignore",
            id="setting that is the same for all",
        ),
        pytest.param(
            f"{ML}required_platforms = ['linux/amd64', 'linux/arm64']\nindex_rule = 'forbid'",
            '[[repository]] number 1 ("ml/*") index_rule: "forbid" contradicts several '
            "required_platforms, which only an index can hold; write one platform, "
            'platform_rule = "any", or index_rule = "multi-platform"',
            id="contradiction within a rule",
        ),
        pytest.param(
            "[guard]\nindex_rule = 'forbid'\n"
            f"{ML}required_platforms = ['linux/amd64', 'linux/arm64']",
            '[[repository]] number 1 ("ml/*") index_rule: "forbid" contradicts several '
            "required_platforms, which only an index can hold; write one platform, "
            'platform_rule = "any", or index_rule = "multi-platform"',
            id="contradiction between a rule and the account's policy",
        ),
        pytest.param(
            f"{ML}ignore = true\nindex_rule = 'allow'",
            '[[repository]] number 1 ("ml/*") index_rule: counts for nothing next to '
            "ignore = true; write one of them",
            id="ignore and more",
        ),
        pytest.param(
            f"[guard]\nignore = true\n{ML}index_rule = 'allow'",
            '[[repository]] number 1 ("ml/*") index_rule: counts for nothing, because [guard] '
            "says ignore = true; add ignore = false",
            id="rule for images that are ignored anyway",
        ),
        pytest.param(
            f"[guard]\nignore = true\n{ML}",
            "[guard] ignore: true leaves every image alone; write a [[repository]] with "
            "ignore = false as well, or take it out",
            id="everything ignored",
        ),
        pytest.param(
            f"{ML}{SECOND}",
            '[[repository]] number 3 ("ml/*") repository: number 1 is for the same images; '
            "write one rule",
            id="one rule twice",
        ),
        pytest.param(
            f'{ML}[[repository]]\nrepository = "ml/**"',
            '[[repository]] number 2 ("ml/**") repository: number 1 is for the same images; '
            "write one rule",
            id="one rule twice, in two ways of writing it",
        ),
        pytest.param(
            f'{ML}[[repository]]\nrepository = "ml/train"\ntag = "dev-*"',
            '[[repository]] number 2 ("ml/train") repository: can never match, because number 1 '
            '("ml/*") matches all of it and comes first; put this one before it, or take it out',
            id="rule behind a wider one",
        ),
        pytest.param(
            f'[[repository]]\nrepository = "*"\ntag = "*-rc?"\n{ML}tag = "1.0-rc1"',
            '[[repository]] number 2 ("ml/*") repository: can never match, because number 1 '
            '("*:*-rc?") matches all of it and comes first; '
            "put this one before it, or take it out",
            id="rule behind one for more tags",
        ),
        pytest.param(
            "[remedies]\nno-image = 'delete'",
            '[remedies] no-image: "delete" takes images away for good, so the account\'s own '
            'policy has to give people time; write grace = "24h" or the like into [guard]',
            id="delete without grace",
        ),
        pytest.param(
            "[guard]\ngrace = '0h'\n[remedies]\nno-image = 'delete'",
            '[remedies] no-image: "delete" takes images away for good, so the account\'s own '
            'policy has to give people time; write grace = "24h" or the like into [guard]',
            id="delete with a grace of nothing",
        ),
        pytest.param(
            f"{ML}remedies.dangling = 'delete'",
            '[[repository]] number 1 ("ml/*") remedies.dangling: "delete" takes images away for '
            'good, at once; write grace = "24h" or the like into this rule, or grace = "0m" if '
            "you mean it",
            id="delete at once in a rule that does not say so",
        ),
        pytest.param(
            "[guard]\ngrace = '1 day'",
            "[guard] grace: '1 day' is no length of time; write a whole number with m, h or d "
            "behind it, such as 90m, 24h or 7d, or 0m for none",
            id="grace in words",
        ),
        pytest.param(
            "[guard]\ngrace = 24",
            "[guard] grace: is a whole number; write a string, in quotes",
            id="grace without a unit",
        ),
        pytest.param(
            f"{ML}grace = '31d'",
            "[[repository]] number 1 (\"ml/*\") grace: '31d' is out of range; write at most 30d",
            id="grace too long",
        ),
        pytest.param(
            "[guard]\nrepository_overrides = ['remedies']",
            "[guard] repository_overrides: 'remedies' is not allowed; write one of "
            "required_platforms, platform_rule, index_rule, remedy, grace, ignore",
            id="unknown override",
        ),
        pytest.param(
            "[guard]\nrepository_overrides = true",
            "[guard] repository_overrides: is a boolean; write a list, in brackets",
            id="all overrides at once",
        ),
    ],
)
def test_a_mistake_is_one_line_that_names_the_place_and_what_to_write(
    text: str, message: str
) -> None:
    assert refusal(text) == f"guard.toml: {message}"


def test_a_pattern_with_line_breaks_stays_on_one_line() -> None:
    message = refusal('[[repository]]\nrepository = "ml\\n/\\u2028*"')

    assert len(message.splitlines()) == 1
    assert "fits no repository" in message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{ML}tag = 'dev-*'\n{ML}", id="a narrower one first"),
        pytest.param(
            '[[repository]]\nrepository = "ml/*"\ntag = "a*"\n'
            '[[repository]]\nrepository = "*"\ntag = "a1"',
            id="neither covers the other",
        ),
        pytest.param(f"{ML}", id="one that states nothing, which keeps later ones from matching"),
        pytest.param(
            f"{ML}remedies.no-image = 'delete'\ngrace = '0m'", id="delete at once, said explicitly"
        ),
        pytest.param(
            "[guard]\ngrace = '24h'\n[remedies]\nno-image = 'delete'", id="delete after a while"
        ),
        pytest.param(
            f"[guard]\nignore = true\n{ML}ignore = false", id="only some repositories guarded"
        ),
        pytest.param(
            "[guard]\nindex_rule = 'forbid'\nplatform_rule = 'any'\n"
            "required_platforms = ['linux/amd64', 'linux/arm64']",
            id="no index, and one of two platforms",
        ),
    ],
)
def test_what_makes_sense_is_no_mistake(text: str) -> None:
    parse_settings(text)
