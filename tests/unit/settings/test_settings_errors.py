"""Error messages about guard.toml."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard_settings.guard_toml import SettingsError, parse_settings

GUARD_KEYS = (
    "required_platforms, platform_rule, index_rule, verify_config, grace, ignore, "
    "repository_overrides, delay_seconds"
)
TABLES = (
    "[guard], [remedies], [[repository]], [alerts], [slack], [amazon_q], [diagnosis], [sweep], "
    "[deploy]"
)


def error_message(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            '[guard]\nindex_rule = "forbid"\nrequired_platforms = ["linux/amd64", "linux/arm64"]',
            '[guard] index_rule: "forbid" conflicts with several required_platforms, which only an '
            'index can contain; use one platform, platform_rule = "any", or '
            'index_rule = "multi-platform"',
            id="conflicting rules",
        ),
        pytest.param(
            '[guard]\nindex_rule = "forbit"',
            "[guard] index_rule: 'forbit' is not allowed; use one of allow, multi-platform, forbid",
            id="unknown index rule",
        ),
        pytest.param(
            "[guard]\nindex_rule = true",
            "[guard] index_rule: expected a string in quotes, got a boolean",
            id="index rule of another type",
        ),
        pytest.param(
            "[guard]\nverify_config = 1",
            "[guard] verify_config: expected true or false without quotes, got an integer",
            id="number for a boolean",
        ),
        pytest.param(
            '[guard]\nverify_config = "yes"',
            "[guard] verify_config: expected true or false without quotes, got a string",
            id="string for a boolean",
        ),
        pytest.param(
            "[guard]\ndelay_seconds = true",
            "[guard] delay_seconds: expected an integer from 0 to 900, got a boolean",
            id="boolean for a number",
        ),
        pytest.param(
            "[guard]\ndelay_seconds = 1.5",
            "[guard] delay_seconds: expected an integer from 0 to 900, got a float",
            id="fraction for a number",
        ),
        pytest.param(
            "[guard]\ndelay_seconds = 2026-11-24",
            "[guard] delay_seconds: expected an integer from 0 to 900, got a date or time",
            id="date for a number",
        ),
        pytest.param(
            "[guard]\ndelay_seconds = 901",
            "[guard] delay_seconds: 901 is out of range; use an integer from 0 to 900",
            id="delay too long",
        ),
        pytest.param(
            "[guard]\ndelay_seconds = -1",
            "[guard] delay_seconds: -1 is out of range; use an integer from 0 to 900",
            id="negative delay",
        ),
        pytest.param(
            '[guard]\nrequired_platforms = "linux/amd64"',
            "[guard] required_platforms: expected a list in brackets, got a string",
            id="platform without a list",
        ),
        pytest.param(
            "[guard]\nrequired_platforms = []",
            "[guard] required_platforms: is empty; list at least one platform, such as linux/amd64",
            id="no platform",
        ),
        pytest.param(
            '[guard]\nrequired_platforms = ["linux/amd64", 64]',
            "[guard] required_platforms: expected a string in quotes, got an integer",
            id="platform of another type",
        ),
        pytest.param(
            '[guard]\nrequired_platforms = ["amd64"]',
            "[guard] required_platforms: invalid platform 'amd64'; "
            "use os/arch or os/arch/variant, such as linux/amd64",
            id="platform without an operating system",
        ),
        pytest.param(
            '[guard]\nrequired_platforms = ["linux/amd46"]',
            "[guard] required_platforms: unknown architecture in 'linux/amd46'; use one of "
            "386, amd64, arm, arm64, loong64, mips64le, ppc64le, riscv64, s390x after linux/",
            id="misspelled architecture",
        ),
        pytest.param(
            '[guard]\nrequired_platforms = ["linus/amd64"]',
            "[guard] required_platforms: unknown operating system in 'linus/amd64'; "
            "use one of linux, windows",
            id="misspelled operating system",
        ),
        pytest.param(
            '[guard]\nrequired_platforms = ["linux/amd64", "linux/x86_64"]',
            "[guard] required_platforms: 'linux/x86_64' is a duplicate; list it once",
            id="duplicate platform under an alias",
        ),
        pytest.param(
            '[guard]\nrequired_platform = ["linux/amd64"]',
            "[guard] required_platform: unknown key; did you mean required_platforms? "
            f"allowed keys: {GUARD_KEYS}",
            id="misspelled key",
        ),
        pytest.param(
            '[guard]\n"a\\nb" = 1',
            f"[guard] 'a\\nb': unknown key; allowed keys: {GUARD_KEYS}",
            id="key with a line break",
        ),
        pytest.param(
            '[remedies]\nindex-only = "delete-everything"',
            "[remedies] index-only: 'delete-everything' is not allowed; "
            "use one of alert, tag, quarantine, archive, delete",
            id="unknown remedy",
        ),
        pytest.param(
            '[remedies]\nmislabelled = "tag"',
            "[remedies] mislabelled: unknown key; did you mean mislabeled? "
            "allowed keys: missing-platform, index-only, no-image, dangling, mislabeled",
            id="unknown finding",
        ),
        pytest.param(
            '[alerts]\nemails = ["team at example.com"]',
            "[alerts] emails: invalid email address 'team at example.com'; "
            "use an address such as team@example.com",
            id="not an email address",
        ),
        pytest.param(
            '[alerts]\nemails = ["team@example.com", "team@example.com"]',
            "[alerts] emails: 'team@example.com' is a duplicate; list it once",
            id="duplicate email address",
        ),
        pytest.param(
            "[diagnosis]\nincident_minutes = 0",
            "[diagnosis] incident_minutes: 0 is out of range; use an integer from 1 to 10080",
            id="incident without a length",
        ),
        pytest.param(
            "[diagnosis]\nexec_format = 1",
            "[diagnosis] exec_format: expected true or false without quotes, got an integer",
            id="number for exec_format",
        ),
        pytest.param(
            "[guards]",
            f"guards: unknown key; did you mean guard? allowed keys: {TABLES}",
            id="misspelled table",
        ),
        pytest.param(
            "delay_seconds = 3",
            f"delay_seconds: unknown key; allowed keys: {TABLES}",
            id="key outside its table",
        ),
        pytest.param(
            "guard = 3",
            "guard: expected a table, got an integer; write it as [guard]",
            id="value for a table",
        ),
        pytest.param(
            "[[guard]]",
            "guard: expected a table, got a list; write it as [guard]",
            id="list of tables for a table",
        ),
    ],
)
def test_an_error_is_one_line_with_the_setting_and_the_correction(text: str, message: str) -> None:
    assert error_message(text) == f"guard.toml: {message}"


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
def test_anything_but_a_single_plain_email_address_is_rejected(address: str) -> None:
    text = f"[alerts]\nemails = [{_toml_string(address)}]"

    assert "invalid email address" in error_message(text)


def test_a_syntax_error_names_the_line() -> None:
    message = error_message("[guard]\nindex_rule = forbid\n")

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
