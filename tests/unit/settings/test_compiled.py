"""What is compiled at synthesis is what the functions read."""

import json
from dataclasses import fields

import pytest

from platform_guard.fingerprint import fingerprint
from platform_guard.settings import Settings, read_compiled
from platform_guard_settings.compiled import compile_settings
from platform_guard_settings.guard_toml import GuardSettings, parse_settings
from tests.infrastructure.settings import EVERYTHING, HARDENED
from tests.support.destructive_rules import DESTRUCTIVE_RULES
from tests.support.paths import SHIPPED_GUARD_TOML

PLATFORMS = """
[guard]
required_platforms = ["windows/amd64", "linux/arm/v7"]
platform_rule = "any"
verify_config = false

[[repository]]
repository = "team/*"
tag = "v*"
ignore = true

[[slack.channel]]
name = "ops"
secret = "ops"
severity = "warning"
repositories = ["shop/*", "api"]
"""

FILES = {
    "default": "",
    "shipped": SHIPPED_GUARD_TOML.read_text(encoding="utf-8"),
    "hardened": HARDENED,
    "everything": EVERYTHING,
    "destructive rules": DESTRUCTIVE_RULES,
    "platforms": PLATFORMS,
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_compiled_settings_are_read_as_they_were_parsed(text: str) -> None:
    settings = parse_settings(text)

    read = read_compiled(json.loads(compile_settings(settings)))

    assert read == for_functions(settings)
    # Stored state names policies by their fingerprint.
    assert fingerprint(read.policies) == fingerprint(settings.policies)


def for_functions(settings: GuardSettings) -> Settings:
    return Settings(**{field.name: getattr(settings, field.name) for field in fields(Settings)})


def test_how_it_is_deployed_does_not_change_the_asset() -> None:
    assert compile_settings(parse_settings("[deploy]\nmax_concurrency = 3")) == compile_settings(
        parse_settings("")
    )
