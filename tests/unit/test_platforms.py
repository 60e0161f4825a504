import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.platforms import (
    Platform,
    is_other_variant,
    match_rank,
    normalize_platform,
    parse_platform,
)

# Tables of containerd's platforms.Only, with the cases of its own tests: compare_test.go and
# platform_windows_compat_test.go of github.com/containerd/platforms.
RUNS = {
    "linux/amd64": (
        ["linux/amd64", "linux/amd64/v1", "linux/386", "Linux/x86_64", "linux/X86-64"],
        ["linux/amd64/v2", "linux/amd64/v3", "linux/arm/v7", "linux/arm64", "windows/amd64"],
    ),
    "linux/amd64/v2": (
        ["linux/amd64", "linux/amd64/v1", "linux/amd64/v2", "linux/386", "linux/i386"],
        ["linux/amd64/v3", "linux/amd64/v4", "linux/arm64", "windows/amd64"],
    ),
    "linux/amd64/v3": (
        ["linux/amd64/v3", "linux/amd64/v2", "linux/amd64", "linux/386"],
        ["linux/amd64/v4", "linux/arm/v7"],
    ),
    "linux/386": (
        ["linux/386", "linux/i386"],
        ["linux/amd64", "linux/arm/v7", "linux/arm64", "windows/386"],
    ),
    "linux/arm64": (
        [
            "linux/arm64",
            "linux/arm64/v8",
            "linux/arm64/8",
            "linux/aarch64",
            "linux/AARCH64/V8",
            "linux/arm",
            "linux/arm/v5",
            "linux/arm/v6",
            "linux/arm/v7",
            "linux/arm/v8",
        ],
        [
            "linux/amd64",
            "linux/arm/v4",
            "linux/arm/v9",
            "linux/arm64/v8.1",
            "linux/arm64/v9",
            "windows/arm64",
            "linux/386",
        ],
    ),
    "linux/arm64/v8": (["linux/arm64", "linux/arm64/v8", "linux/arm/v7"], ["linux/arm64/v8.1"]),
    "linux/arm64/v8.2": (
        ["linux/arm64/v8.2", "linux/arm64/v8.1", "linux/arm64", "linux/arm/v8", "linux/arm/v5"],
        ["linux/arm64/v8.3", "linux/arm64/v9", "linux/arm/v4"],
    ),
    "linux/arm64/v9": (
        [
            "linux/arm64/v9",
            "linux/arm64/v9.0",
            "linux/arm64/v8.5",
            "linux/arm64/v8.1",
            "linux/arm64",
            "linux/arm/v8",
            "linux/arm",
        ],
        ["linux/arm64/v9.1", "linux/arm64/v8.6", "linux/arm/v4", "linux/amd64"],
    ),
    "linux/arm64/v9.1": (
        [
            "linux/arm64/v9.1",
            "linux/arm64/v9",
            "linux/arm64/v8.6",
            "linux/arm64/v8",
            "linux/arm/v7",
        ],
        ["linux/arm64/v9.2", "linux/arm64/v8.7"],
    ),
    "linux/arm/v8": (
        ["linux/arm", "linux/arm/v5", "linux/arm/v6", "linux/arm/v7", "linux/arm/v8"],
        ["linux/arm/v4", "linux/arm64", "linux/amd64"],
    ),
    "linux/arm/v7": (
        ["linux/arm", "linux/arm/7", "linux/armhf", "linux/armel", "linux/arm/v6", "linux/arm/5"],
        ["linux/arm/v4", "linux/arm/v8", "linux/arm64"],
    ),
    "linux/arm/v6": (
        ["linux/arm/v5", "linux/arm/v6", "linux/armel"],
        ["linux/arm", "linux/armhf", "linux/arm/v4", "linux/arm/v7", "linux/arm64"],
    ),
    "linux/arm/v5": (["linux/arm/v5"], ["linux/arm/v4", "linux/arm/v6", "linux/arm"]),
    "linux/arm/v4": (["linux/arm/v4"], ["linux/arm/v5", "linux/arm"]),
    "linux/ppc64le": (["linux/ppc64le", "linux/PPC64LE"], ["linux/ppc64", "linux/amd64"]),
    "linux/s390x": (["linux/s390x"], ["linux/s390", "linux/amd64"]),
    "linux/riscv64": (["linux/riscv64"], ["linux/riscv64/rva23", "linux/arm64"]),
    "darwin/arm64": (["macOS/arm64", "darwin/aarch64"], ["linux/arm64", "darwin/amd64"]),
    "windows/amd64": (
        ["windows/amd64", "windows(10.0.17763)/amd64", "windows(10.0.26100.1)/amd64"],
        ["linux/amd64", "windows/arm64"],
    ),
    "windows(10.0.17763)/amd64": (
        ["windows/amd64", "windows(10.0.17763)/amd64", "windows(10.0.17763.6414)/amd64"],
        ["windows(10.0.17762)/amd64", "windows(10.0.20348)/amd64", "windows(nonsense)/amd64"],
    ),
    "windows(10.0.17763.1)/amd64": (["windows(10.0.17763.9999)/amd64"], []),
    "windows(10.0.20348)/amd64": (
        ["windows(10.0.20348)/amd64", "windows(10.0.20348.3091)/amd64", "windows/amd64"],
        ["windows(10.0.17763)/amd64", "windows(10.0.26100)/amd64", "windows(6.0.20348)/amd64"],
    ),
    "windows(10.0.26100)/amd64": (
        ["windows(10.0.20348)/amd64", "windows(10.0.22621)/amd64", "windows(10.0.26100)/amd64"],
        ["windows(10.0.17763)/amd64", "windows(10.0.26101)/amd64", "windows(11.0.26100)/amd64"],
    ),
    "windows(10.0.17763+win32k)/amd64": (
        ["windows(10.0.17763+win32k)/amd64", "windows(10.0.17763)/amd64"],
        ["windows(10.0.17763+win32k+gpu)/amd64"],
    ),
    "linux(+gpu+simd)/amd64": (
        ["linux(+gpu)/amd64", "linux(+simd+gpu)/amd64", "linux/amd64"],
        ["linux(+gpu+erofs)/amd64"],
    ),
}


@pytest.mark.parametrize(
    ("required", "offered", "runs"),
    [
        pytest.param(required, offered, runs, id=f"{required} {verb} {offered}")
        for required, (running, not_running) in RUNS.items()
        for offers, runs, verb in ((running, True, "runs"), (not_running, False, "refuses"))
        for offered in offers
    ],
)
def test_a_host_runs_what_containerd_takes_for_it(required: str, offered: str, runs: bool) -> None:
    rank = match_rank(parse_platform(required), parse_platform(offered))

    assert (rank is not None) is runs


@pytest.mark.parametrize(
    ("one", "other", "is_so"),
    [
        ("linux/amd64", "linux/amd64/v3", True),
        ("linux/amd64/v3", "linux/x86_64", True),
        ("linux/arm/v6", "linux/arm/v7", True),
        ("linux/amd64", "linux/amd64/v1", False),
        ("linux/arm64", "linux/arm64/v8", False),
        ("linux/arm64", "linux/arm/v7", False),
        ("linux/amd64", "linux/386", False),
        ("linux/amd64", "windows/amd64/v3", False),
        ("windows(10.0.20348)/amd64", "windows(10.0.17763)/amd64", False),
    ],
)
def test_platforms_may_differ_in_the_variant_alone(one: str, other: str, is_so: bool) -> None:
    assert is_other_variant(parse_platform(one), parse_platform(other)) is is_so


def test_an_image_of_special_features_runs_on_no_plain_host() -> None:
    nydus = Platform("linux", "amd64", os_features=frozenset({"nydus.remoteimage.v1"}))

    assert match_rank(Platform("linux", "amd64"), nydus) is None


def test_the_version_of_an_operating_system_other_than_windows_does_not_count() -> None:
    offered = Platform("linux", "amd64", os_version="6.1")

    assert match_rank(Platform("linux", "amd64", os_version="5.10"), offered) == 0


@pytest.mark.parametrize(
    ("required", "best_first"),
    [
        ("linux/amd64", ["linux/amd64", "linux/386"]),
        ("linux/amd64/v3", ["linux/amd64/v3", "linux/amd64/v2", "linux/amd64", "linux/386"]),
        ("linux/arm/v8", ["linux/arm/v8", "linux/arm/v7", "linux/arm/v6", "linux/arm/v5"]),
        ("linux/arm64", ["linux/arm64", "linux/arm/v8", "linux/arm/v7", "linux/arm/v6"]),
        (
            "linux/arm64/v9.1",
            [
                "linux/arm64/v9.1",
                "linux/arm64/v9",
                "linux/arm64/v8.6",
                "linux/arm64/v8.5",
                "linux/arm64/v8.1",
                "linux/arm64",
                "linux/arm/v8",
                "linux/arm/v7",
            ],
        ),
    ],
)
def test_a_host_prefers_what_is_closest_to_it(required: str, best_first: list[str]) -> None:
    host = parse_platform(required)
    ranks = [match_rank(host, parse_platform(offered)) for offered in best_first]

    assert ranks[0] == 0
    assert None not in ranks
    assert ranks == sorted(set(ranks), key=lambda rank: rank or 0)


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
def test_a_specifier_is_read_and_normalized(specifier: str, platform: Platform) -> None:
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
def test_a_specifier_that_is_none_is_refused_in_one_line(specifier: str) -> None:
    with pytest.raises(ValueError, match="is no platform: write os/arch") as caught:
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
def test_a_platform_is_written_without_version_and_features(platform: Platform, text: str) -> None:
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
def test_a_platform_is_stated_where_something_could_run_on_it(
    platform: Platform, is_stated: bool
) -> None:
    assert normalize_platform(platform).is_stated is is_stated


def test_an_operating_system_left_empty_is_linux() -> None:
    assert normalize_platform(Platform("", "amd64")) == Platform("linux", "amd64")


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
def test_normalizing_twice_changes_nothing_more(platform: Platform) -> None:
    once = normalize_platform(platform)

    assert normalize_platform(once) == once


@given(PLATFORMS)
def test_every_platform_runs_its_own_images_best(platform: Platform) -> None:
    assert match_rank(platform, platform) == 0
    assert match_rank(platform, normalize_platform(platform)) == 0


@given(PLATFORMS, PLATFORMS)
def test_matching_does_not_depend_on_how_a_platform_is_written(
    required: Platform, offered: Platform
) -> None:
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
def test_what_is_written_can_be_read_again(platform: Platform) -> None:
    normalized = normalize_platform(platform)

    assert parse_platform(str(normalized)) == normalized
