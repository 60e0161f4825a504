"""Properties of every platform, in any notation."""

from hypothesis import given
from hypothesis import strategies as st

from platform_guard.oci.platforms import Platform, match_rank, normalize_platform, parse_platform

KNOWN_NAMES = ["linux", "windows", "macos", "unknown", "", "Linux"]
KNOWN_ARCHITECTURES = ["amd64", "x86_64", "i386", "386", "arm64", "aarch64", "arm", "armhf"]
KNOWN_VARIANTS = ["", "v1", "v2", "v7", "7", "8", "v8", "v8.2", "9", "v9.0", "v9.1", "v6", "6"]
KNOWN_VERSIONS = ["", "10.0.17763", "10.0.20348.1", "10.0", "a.b.c", "10.0.123456"]

PLATFORMS = st.builds(
    Platform,
    os=st.sampled_from(KNOWN_NAMES) | st.text(max_size=8),
    architecture=st.sampled_from([*KNOWN_ARCHITECTURES, "armel", "unknown", ""])
    | st.text(max_size=8),
    variant=st.sampled_from(KNOWN_VARIANTS) | st.text(max_size=4),
    os_version=st.sampled_from(KNOWN_VERSIONS) | st.text(max_size=8),
    os_features=st.frozensets(st.text(max_size=3), max_size=2),
)


@given(PLATFORMS)
def test_normalizing_a_platform_is_idempotent(platform: Platform) -> None:
    once = normalize_platform(platform)

    assert normalize_platform(once) == once


@given(PLATFORMS)
def test_every_platform_ranks_its_own_images_first(platform: Platform) -> None:
    assert match_rank(platform, platform) == 0
    assert match_rank(platform, normalize_platform(platform)) == 0


@given(PLATFORMS, PLATFORMS)
def test_matching_ignores_the_notation_of_a_platform(required: Platform, offered: Platform) -> None:
    rank = match_rank(normalize_platform(required), normalize_platform(offered))

    assert match_rank(required, offered) == rank


@given(
    st.builds(
        Platform,
        os=st.from_regex(r"\A[A-Za-z0-9_-]+\Z"),
        architecture=st.sampled_from(KNOWN_ARCHITECTURES) | st.from_regex(r"\A[A-Za-z0-9_.-]+\Z"),
        variant=st.sampled_from(KNOWN_VARIANTS) | st.from_regex(r"\A[A-Za-z0-9_.-]*\Z"),
    )
)
def test_a_formatted_platform_can_be_parsed_again(platform: Platform) -> None:
    normalized = normalize_platform(platform)

    assert parse_platform(str(normalized)) == normalized
