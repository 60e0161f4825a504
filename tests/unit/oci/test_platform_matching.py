"""Platform matching: the images that a host runs, in order of preference."""

import pytest

from platform_guard.oci.platforms import (
    Platform,
    differs_only_in_variant,
    match_rank,
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
    ("one", "other", "differs"),
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
def test_platforms_that_differ_only_in_the_variant(one: str, other: str, differs: bool) -> None:
    assert differs_only_in_variant(parse_platform(one), parse_platform(other)) is differs


def test_an_image_with_os_features_does_not_run_on_a_host_without_them() -> None:
    nydus = Platform("linux", "amd64", os_features=frozenset({"nydus.remoteimage.v1"}))

    assert match_rank(Platform("linux", "amd64"), nydus) is None


def test_the_os_version_is_ignored_except_on_windows() -> None:
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
def test_a_host_prefers_the_closest_platform(required: str, best_first: list[str]) -> None:
    host = parse_platform(required)
    ranks = [match_rank(host, parse_platform(offered)) for offered in best_first]

    assert ranks[0] == 0
    assert None not in ranks
    assert ranks == sorted(set(ranks), key=lambda rank: rank or 0)
