"""The platform in an image config."""

import json

import pytest

from platform_guard.oci.manifest import parse_config_platform
from platform_guard.oci.platforms import Platform
from tests.support.documents import malformed_reason
from tests.support.images import Json


@pytest.mark.parametrize(
    ("fields", "platform"),
    [
        ({"os": "linux", "architecture": "amd64"}, Platform("linux", "amd64")),
        ({"os": "Linux", "architecture": "x86_64"}, Platform("linux", "amd64")),
        ({"os": "linux", "architecture": "arm"}, Platform("linux", "arm", "v7")),
        ({"architecture": "arm64", "variant": "v8"}, Platform("linux", "arm64")),
        (
            {"os": "windows", "architecture": "amd64", "os.version": "10.0.20348.1"},
            Platform("windows", "amd64", os_version="10.0.20348.1"),
        ),
        (
            {"os": "linux", "architecture": "amd64", "os.features": ["gpu"], "history": [5]},
            Platform("linux", "amd64", os_features=frozenset({"gpu"})),
        ),
    ],
    ids=repr,
)
def test_a_config_states_a_platform(fields: Json, platform: Platform) -> None:
    assert parse_config_platform(json.dumps(fields).encode()) == platform


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"os": "", "architecture": ""},
        {"os": None, "architecture": None},
        {"os": "linux"},
        {"os": "unknown", "architecture": "unknown"},
        {"created": "2026-11-24T00:00:00Z"},
    ],
    ids=repr,
)
def test_a_config_may_state_no_platform(fields: Json) -> None:
    assert parse_config_platform(json.dumps(fields).encode()) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"os": 1, "architecture": "amd64"},
        {"os": "linux", "architecture": {}},
        {"os": "linux", "architecture": "arm", "variant": 7},
        {"os": "windows", "architecture": "amd64", "os.version": 10},
        {"os": "linux", "architecture": "amd64", "os.features": "gpu"},
    ],
    ids=repr,
)
def test_a_config_with_a_wrong_field_is_malformed(fields: Json) -> None:
    assert malformed_reason(parse_config_platform(json.dumps(fields).encode()))


def test_a_config_with_an_unpaired_surrogate_can_be_printed() -> None:
    content = rb'{"os": "linux", "architecture": "\ud800"}'

    str(parse_config_platform(content)).encode()
