"""What an operator reads who made a mistake in guard.toml."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.settings import SettingsError, parse_settings

GUARD_KEYS = (
    "required_platforms, platform_rule, index_rule, verify_config, grace, ignore, "
    "repository_overrides, delay_seconds"
)
TABLES = (
    "[guard], [remedies], [[repository]], [alerts], [slack], [amazon_q], [diagnosis], [sweep], "
    "[deploy]"
)


def refusal(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            '[guard]\nindex_rule = "forbid"\nrequired_platforms = ["linux/amd64", "linux/arm64"]',
            '[guard] index_rule: "forbid" contradicts several required_platforms, which only an '
            'index can hold; write one platform, platform_rule = "any", or '
            'index_rule = "multi-platform"',
            id="rules that contradict each other",
        ),
        pytest.param(
            '[guard]\nindex_rule = "forbit"',
            "[guard] index_rule: 'forbit' is not allowed; "
            "write one of allow, multi-platform, forbid",
            id="unknown index rule",
        ),
        pytest.param(
            "[guard]\nindex_rule = true",
            "[guard] index_rule: is a boolean; write a string, in quotes",
            id="index rule of another type",
        ),
        pytest.param(
            "[guard]\nverify_config = 1",
            "[guard] verify_config: is a whole number; write true or false, without quotes",
            id="number for a boolean",
        ),
        pytest.param(
            '[guard]\nverify_config = "yes"',
            "[guard] verify_config: is a string; write true or false, without quotes",
            id="string for a boolean",
        ),
        pytest.param(
            "[guard]\ndelay_seconds = true",
            "[guard] delay_seconds: is a boolean; write a whole number from 0 to 900",
            id="boolean for a number",
        ),
        pytest.param(
            "[guard]\ndelay_seconds = 1.5",
            "[guard] delay_seconds: is a decimal number; write a whole number from 0 to 900",
            id="fraction for a number",
        ),
        pytest.param(
            "[guard]\ndelay_seconds = 2026-11-24",
            "[guard] delay_seconds: is a date or time; write a whole number from 0 to 900",
            id="date for a number",
        ),
        pytest.param(
            "[guard]\ndelay_seconds = 901",
            "[guard] delay_seconds: 901 is out of range; write a whole number from 0 to 900",
            id="delay too long",
        ),
        pytest.param(
            "[guard]\ndelay_seconds = -1",
            "[guard] delay_seconds: -1 is out of range; write a whole number from 0 to 900",
            id="negative delay",
        ),
        pytest.param(
            '[guard]\nrequired_platforms = "linux/amd64"',
            "[guard] required_platforms: is a string; write a list, in brackets",
            id="platform without a list",
        ),
        pytest.param(
            "[guard]\nrequired_platforms = []",
            "[guard] required_platforms: is empty; "
            "write at least one platform, such as linux/amd64",
            id="no platform",
        ),
        pytest.param(
            '[guard]\nrequired_platforms = ["linux/amd64", 64]',
            "[guard] required_platforms: is a whole number; write a string, in quotes",
            id="platform of another type",
        ),
        pytest.param(
            '[guard]\nrequired_platforms = ["amd64"]',
            "[guard] required_platforms: 'amd64' is no platform: "
            "write os/arch or os/arch/variant, such as linux/amd64",
            id="platform without an operating system",
        ),
        pytest.param(
            '[guard]\nrequired_platforms = ["linux/amd46"]',
            "[guard] required_platforms: 'linux/amd46' has an unknown architecture; write one of "
            "386, amd64, arm, arm64, loong64, mips64le, ppc64le, riscv64, s390x after linux/",
            id="misspelled architecture",
        ),
        pytest.param(
            '[guard]\nrequired_platforms = ["linus/amd64"]',
            "[guard] required_platforms: 'linus/amd64' has an unknown operating system; "
            "write one of linux, windows in front",
            id="misspelled operating system",
        ),
        pytest.param(
            '[guard]\nrequired_platforms = ["linux/amd64", "linux/x86_64"]',
            "[guard] required_platforms: 'linux/x86_64' is there twice; write it once",
            id="one platform in two ways of writing it",
        ),
        pytest.param(
            '[guard]\nrequired_platform = ["linux/amd64"]',
            "[guard] required_platform: unknown; did you mean required_platforms? "
            f"allowed are {GUARD_KEYS}",
            id="misspelled key",
        ),
        pytest.param(
            '[guard]\n"a\\nb" = 1',
            f"[guard] 'a\\nb': unknown; allowed are {GUARD_KEYS}",
            id="key with a line break",
        ),
        pytest.param(
            '[remedies]\nindex-only = "delete-everything"',
            "[remedies] index-only: 'delete-everything' is not allowed; "
            "write one of alert, tag, quarantine, archive, delete",
            id="unknown remedy",
        ),
        pytest.param(
            '[remedies]\nmislabelled = "tag"',
            "[remedies] mislabelled: unknown; did you mean mislabeled? "
            "allowed are missing-platform, index-only, no-image, dangling, mislabeled",
            id="unknown finding",
        ),
        pytest.param(
            '[alerts]\nemails = ["team at example.com"]',
            "[alerts] emails: 'team at example.com' is no e-mail address; "
            "write one such as team@example.com",
            id="no e-mail address",
        ),
        pytest.param(
            '[alerts]\nemails = ["team@example.com", "team@example.com"]',
            "[alerts] emails: 'team@example.com' is there twice; write it once",
            id="one e-mail address twice",
        ),
        pytest.param(
            "[diagnosis]\nincident_minutes = 0",
            "[diagnosis] incident_minutes: 0 is out of range; write a whole number from 1 to 10080",
            id="incident without a length",
        ),
        pytest.param(
            "[diagnosis]\nexec_format = 1",
            "[diagnosis] exec_format: is a whole number; write true or false, without quotes",
            id="number for the check of exited tasks",
        ),
        pytest.param(
            "[guards]",
            f"guards: unknown; did you mean guard? allowed are {TABLES}",
            id="misspelled table",
        ),
        pytest.param(
            "delay_seconds = 3",
            f"delay_seconds: unknown; allowed are {TABLES}",
            id="key outside of its table",
        ),
        pytest.param(
            "guard = 3",
            "guard: is a whole number; write it as a table, [guard]",
            id="value for a table",
        ),
        pytest.param(
            "[[guard]]",
            "guard: is a list; write it as a table, [guard]",
            id="list of tables for a table",
        ),
    ],
)
def test_a_mistake_is_one_line_that_names_the_place_and_what_to_write(
    text: str, message: str
) -> None:
    assert refusal(text) == f"guard.toml: {message}"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "team",
        "team@",
        "@example.com",
        "team@example",
        "team@@example.com",
        "team@example..com",
        "team@-example.com",
        "team@example.com ",
        "team@example.com\n",
        "Team <team@example.com>",
        "a@example.com,b@example.com",
    ],
)
def test_what_is_no_single_plain_address_is_refused(address: str) -> None:
    text = f"[alerts]\nemails = [{_toml_string(address)}]"

    assert "is no e-mail address" in refusal(text)


def test_a_syntax_error_names_the_line() -> None:
    message = refusal("[guard]\nindex_rule = forbid\n")

    assert message.startswith("guard.toml: ")
    assert "line 2" in message


_TOML_VALUES = st.sampled_from(
    ["", "1", "true", "[]", "{}", "nan", "2026-11-24", '"tag"', '["linux/amd64"]', "[[1], 'a']"]
)
_TOML_NAMES = st.sampled_from(
    ["guard", "alerts", "remedies", "guard.index_rule", "alerts.emails", "remedies.no-image", "x"]
)


@given(
    st.text()
    | st.lists(st.tuples(_TOML_NAMES, _TOML_VALUES)).map(
        lambda pairs: "\n".join(f"{name} = {value}" for name, value in pairs)
    )
    | st.integers(1, 2_000).map(lambda depth: f"x = {'[' * depth}")
    | st.integers(1, 6_000).map(lambda digits: f"x = {'9' * digits}")
)
def test_any_text_is_settings_or_a_one_line_error(text: str) -> None:
    try:
        outcome = str(parse_settings(text))
    except SettingsError as error:
        outcome = str(error)

    assert len(outcome.splitlines()) == 1


def _toml_string(text: str) -> str:
    return '"' + text.replace("\n", "\\n") + '"'
