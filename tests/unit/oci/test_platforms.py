"""Parsing, normalizing and formatting platforms."""

import pytest

from platform_guard.oci.platforms import Platform, normalize_platform, parse_platform


@pytest.mark.parametrize(
    ("specifier", "platform"),
    [
        ("linux/amd64", Platform("linux", "amd64")),
        ("Linux/X86_64", Platform("linux", "amd64")),
        ("linux/amd64/v1", Platform("linux", "amd64")),
        ("linux/amd64/V2", Platform("linux", "amd64", "v2")),
        ("linux/aarch64", Platform("linux", "arm64")),
        ("linux/arm64/v8", Platform("linux", "arm64")),
        ("linux/arm64/v9.0", Platform("linux", "arm64", "v9")),
        ("linux/arm64/9.0", Platform("linux", "arm64", "v9")),
        ("linux/arm", Platform("linux", "arm", "v7")),
        ("linux/armhf/v6", Platform("linux", "arm", "v7")),
        ("linux/armel", Platform("linux", "arm", "v6")),
        ("linux/i386/sse2", Platform("linux", "386")),
        ("macos/arm64", Platform("darwin", "arm64")),
        ("wasi/wasm", Platform("wasi", "wasm")),
        ("windows()/amd64", Platform("windows", "amd64")),
        ("windows(10.0.17763)/amd64", Platform("windows", "amd64", os_version="10.0.17763")),
        (
            "windows(10.0.17763+win32k)/amd64",
            Platform("windows", "amd64", "", "10.0.17763", frozenset({"win32k"})),
        ),
        ("linux(+b+a)/arm/6", Platform("linux", "arm", "v6", "", frozenset({"a", "b"}))),
    ],
)
def test_a_specifier_is_parsed_and_normalized(specifier: str, platform: Platform) -> None:
    assert parse_platform(specifier) == platform


@pytest.mark.parametrize(
    "specifier",
    [
        "",
        "linux",
        "amd64",
        "/linux/arm",
        "linux/",
        "linux/arm/",
        "linux/arm/v7/",
        "linux/arm/foo/bar",
        "linux /arm",
        " linux/arm",
        "linux/arm\n",
        "linux/&arm",
        "linux/*",
        "linux,amd64",
        "linux/amd64,linux/arm64",
        "windows(10.0/amd64",
        "windows10.0)/amd64",
        "windows(10.0+)/amd64",
        "l\u0131nux/amd64",
    ],
    ids=repr,
)
def test_an_invalid_specifier_is_rejected_with_one_line(specifier: str) -> None:
    with pytest.raises(ValueError, match=r"invalid platform .*; use os/arch") as caught:
        parse_platform(specifier)

    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        (Platform("linux", "amd64"), "linux/amd64"),
        (Platform("linux", "arm", "v7"), "linux/arm/v7"),
        (Platform("windows", "amd64", os_version="10.0.17763"), "windows/amd64"),
        (Platform("linux", "arm64", os_features=frozenset({"gpu"})), "linux/arm64"),
    ],
    ids=str,
)
def test_a_platform_is_formatted_without_version_and_features(
    platform: Platform, text: str
) -> None:
    assert str(platform) == text


@pytest.mark.parametrize(
    ("platform", "is_stated"),
    [
        (Platform("linux", "amd64"), True),
        (Platform("", "amd64"), True),
        (Platform("linux", ""), False),
        (Platform("", ""), False),
        (Platform("unknown", "unknown"), False),
        (Platform("Unknown", "UNKNOWN"), False),
        (Platform("linux", "unknown"), False),
        (Platform("unknown", "amd64"), False),
    ],
    ids=repr,
)
def test_a_platform_is_stated_unless_empty_or_unknown(platform: Platform, is_stated: bool) -> None:
    assert normalize_platform(platform).is_stated is is_stated


def test_an_empty_operating_system_is_linux() -> None:
    assert normalize_platform(Platform("", "amd64")) == Platform("linux", "amd64")
