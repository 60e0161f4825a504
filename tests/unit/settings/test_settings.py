from dataclasses import replace
from pathlib import Path

import pytest

from platform_guard.alerts.settings import AlertSettings
from platform_guard.oci.platforms import Platform
from platform_guard.policy.policy import IndexRule, PlatformRule, Policy, Remedy
from platform_guard.policy.rules import SETTINGS, Policies, Rule
from platform_guard.policy.tag_overrides import Override
from platform_guard.policy.verdict import Finding
from platform_guard_settings.guard_toml import (
    GuardSettings,
    SettingsError,
    load_settings,
    parse_settings,
)
from tests.support.paths import ROOT

SHIPPED_FILE = ROOT / "guard.toml"


def test_an_empty_file_yields_the_defaults() -> None:
    assert parse_settings("") == GuardSettings(
        policies=Policies(
            default=Policy(
                required_platforms=(Platform("linux", "amd64"),),
                platform_rule=PlatformRule.ALL,
                index_rule=IndexRule.MULTI_PLATFORM,
                verify_config=True,
                remedies=dict.fromkeys(Finding, Remedy.TAG),
                grace_seconds=0,
                ignore=False,
            ),
            rules=(),
        ),
        delay_seconds=15,
        alerts=AlertSettings(
            emails=(),
            collect_seconds=20,
            once_a_day=(Finding.INDEX_ONLY,),
            messages_a_minute=10,
            resolved=True,
            slack=(),
            amazon_q=None,
        ),
        incident_minutes=60,
        exec_format=True,
    )


def test_the_shipped_file_sets_every_default() -> None:
    text = SHIPPED_FILE.read_text(encoding="utf-8")

    settings = parse_settings(text)

    assert replace(settings, policies=Policies(settings.policies.default)) == GuardSettings()
    assert settings.policies.stated == set(SETTINGS)
    for key in (
        "repository_overrides",
        "delay_seconds",
        "emails",
        "collect_seconds",
        "once_a_day",
        "messages_a_minute",
        "resolved",
        "incident_minutes",
        "exec_format",
    ):
        assert f"\n{key} = " in text


def test_every_key_is_read() -> None:
    settings = parse_settings("""
        [guard]
        required_platforms = ["linux/amd64", "linux/arm64/v8", "windows(10.0.20348)/amd64"]
        platform_rule = "any"
        index_rule = "allow"
        verify_config = false
        grace = "24h"
        repository_overrides = ["index_rule", "remedy"]
        delay_seconds = 0

        [remedies]
        index-only = "alert"

        [[repository]]
        repository = "ml/*"
        tag = "dev-*"
        index_rule = "multi-platform"
        verify_config = true
        remedies.no-image = "alert"

        [[repository]]
        repository = "mirror/*"
        ignore = true

        [alerts]
        emails = ["platform-team@example.com", "on.call+ecr@mail.example.co.uk"]

        [diagnosis]
        incident_minutes = 240
        exec_format = false
    """)

    default = Policy(
        required_platforms=(
            Platform("linux", "amd64"),
            Platform("linux", "arm64"),
            Platform("windows", "amd64", os_version="10.0.20348"),
        ),
        platform_rule=PlatformRule.ANY,
        index_rule=IndexRule.ALLOW,
        verify_config=False,
        remedies={**dict.fromkeys(Finding, Remedy.TAG), Finding.INDEX_ONLY: Remedy.ALERT},
        grace_seconds=24 * 3600,
    )
    machine_learning = replace(
        default,
        index_rule=IndexRule.MULTI_PLATFORM,
        verify_config=True,
        remedies={**default.remedies, Finding.NO_IMAGE: Remedy.ALERT},
    )
    stated = {"required_platforms", "platform_rule", "index_rule", "verify_config", "grace"}
    assert settings == GuardSettings(
        policies=Policies(
            default=default,
            stated=frozenset(stated | {"remedies.index-only"}),
            rules=(
                Rule(
                    number=1,
                    repository="ml/*",
                    policy=machine_learning,
                    tag="dev-*",
                    stated=frozenset({"index_rule", "verify_config", "remedies.no-image"}),
                ),
                Rule(
                    number=2,
                    repository="mirror/*",
                    policy=replace(default, ignore=True),
                    stated=frozenset({"ignore"}),
                ),
            ),
            overrides=frozenset({Override.INDEX_RULE, Override.REMEDY}),
        ),
        delay_seconds=0,
        alerts=AlertSettings(
            emails=("platform-team@example.com", "on.call+ecr@mail.example.co.uk")
        ),
        incident_minutes=240,
        exec_format=False,
    )


def test_a_missing_file_is_named_with_the_correction(tmp_path: Path) -> None:
    path = tmp_path / "guard.toml"

    with pytest.raises(SettingsError) as caught:
        load_settings(path)

    assert str(caught.value) == (
        f"{path}: cannot be read (No such file or directory); "
        "create the settings file there (an empty file means the defaults)"
    )


def test_a_folder_is_rejected_as_settings_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path)


def test_a_file_that_is_not_utf_8_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "guard.toml"
    path.write_bytes("# für alle\n".encode("latin-1"))

    with pytest.raises(SettingsError) as caught:
        load_settings(path)

    assert str(caught.value) == f"{path}: not UTF-8 text; save the file as UTF-8"


def test_an_error_contains_the_name_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "strict.toml"
    path.write_text("[guards]", encoding="utf-8")

    with pytest.raises(SettingsError, match=r"^strict\.toml: guards: unknown key"):
        load_settings(path)


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "guard.toml"
    path.write_text("[guard]\ndelay_seconds = 7\n", encoding="utf-8-sig")

    assert load_settings(path).delay_seconds == 7
