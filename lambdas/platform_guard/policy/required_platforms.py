"""The platforms that may be required of images, as people write them."""

from platform_guard.oci.platforms import Platform, parse_platform
from platform_guard.toml_table import a_string, distinct

# A misspelled platform would convict every image, so only those that images are published for:
# https://github.com/docker-library/official-images#architectures-other-than-amd64
_ARCHITECTURES = {
    "linux": ["386", "amd64", "arm", "arm64", "loong64", "mips64le", "ppc64le", "riscv64", "s390x"],
    "windows": ["amd64", "arm64"],
}


def parse_required_platform(specifier: str) -> Platform:
    """Read a platform that images may have to run on. Raises ValueError with what to write."""
    platform = parse_platform(specifier)
    architectures = _ARCHITECTURES.get(platform.os)
    if architectures is None:
        raise ValueError(
            f"{specifier!r} has an unknown operating system; "
            f"write one of {', '.join(_ARCHITECTURES)} in front"
        )
    if platform.architecture not in architectures:
        raise ValueError(
            f"{specifier!r} has an unknown architecture; "
            f"write one of {', '.join(architectures)} after {platform.os}/"
        )
    return platform


def parse_required_platforms(value: object) -> tuple[Platform, ...]:
    """Read a list of them, at least one. Raises ValueError with what to write."""
    platforms = distinct(_platform)(value)
    if not platforms:
        raise ValueError("is empty; write at least one platform, such as linux/amd64")
    return platforms


def _platform(value: object) -> Platform:
    return parse_required_platform(a_string(value))
