"""Parsing the required platforms in settings and options."""

from platform_guard.oci.platforms import Platform, parse_platform
from platform_guard.values import read_string, unique_list

# A misspelled platform would flag every image, so only these published platforms are accepted:
# https://github.com/docker-library/official-images#architectures-other-than-amd64
_ARCHITECTURES = {
    "linux": ["386", "amd64", "arm", "arm64", "loong64", "mips64le", "ppc64le", "riscv64", "s390x"],
    "windows": ["amd64", "arm64"],
}


def parse_required_platform(specifier: str) -> Platform:
    """Parse a platform that a policy can require. Raise ValueError with a correction if invalid."""
    platform = parse_platform(specifier)
    architectures = _ARCHITECTURES.get(platform.os)
    if architectures is None:
        raise ValueError(
            f"unknown operating system in {specifier!r}; use one of {', '.join(_ARCHITECTURES)}"
        )
    if platform.architecture not in architectures:
        raise ValueError(
            f"unknown architecture in {specifier!r}; "
            f"use one of {', '.join(architectures)} after {platform.os}/"
        )
    return platform


def parse_required_platforms(value: object) -> tuple[Platform, ...]:
    """Parse a list of at least one platform. Raise ValueError with a correction if invalid."""
    platforms = unique_list(_platform)(value)
    if not platforms:
        raise ValueError("is empty; list at least one platform, such as linux/amd64")
    return platforms


def _platform(value: object) -> Platform:
    return parse_required_platform(read_string(value))
