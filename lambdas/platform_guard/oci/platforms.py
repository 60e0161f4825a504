"""Platforms: parsing, normalizing and matching.

The OCI image specification puts a platform into each descriptor of an image index and into the
image config: operating system, architecture, variant, and for Windows the operating system version.
 https://github.com/opencontainers/image-spec/blob/main/image-index.md

Build tools write the same platform in several ways (`x86_64`, `amd64`, `AMD64`), so platforms are
normalized before they are compared. A host also runs related platforms: arm64 runs arm/v7, amd64
runs 386. Tools disagree on the details. This module follows containerd's `platforms.Only`, because
containerd pulls the images on an ECS host:

- podman, skopeo and crane compare architectures literally and reject a 386 image for amd64.
- crane, oras and Docker's classic store accept an amd64/v3 image for amd64; containerd does not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

# Compiled on first use, because most cold starts do not need it.
_SPECIFIER = (
    r"(?P<os>[A-Za-z0-9_-]+)"
    r"(?:\((?P<version>[A-Za-z0-9_.-]*)(?P<features>(?:\+[A-Za-z0-9_.-]+)*)\))?"
    r"/(?P<architecture>[A-Za-z0-9_.-]+)"
    r"(?:/(?P<variant>[A-Za-z0-9_.-]+))?"
)

_OPERATING_SYSTEM_ALIASES = {"macos": "darwin"}

_ARCHITECTURE_ALIASES = {
    "i386": "386",
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
}

# Windows Server 2022 is the oldest Windows whose containers newer hosts also run.
# https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/version-compatibility
_WINDOWS_SERVER_2022_BUILD = 20348


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform as the OCI image index describes it.

    `parse_platform` and the document parsers return it normalized.
    """

    os: str
    architecture: str
    variant: str = ""
    os_version: str = ""
    os_features: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Format as `os/arch[/variant]`."""
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)

    @property
    def is_stated(self) -> bool:
        """Whether a host could have this platform: it is neither empty nor `unknown`."""
        return bool(self.architecture) and "unknown" not in (self.os, self.architecture)


def parse_platform(specifier: str) -> Platform:
    """Parse `os[(version[+feature…])]/arch[/variant]` and normalize the result.

    Raise ValueError with a one-line message for the user if the specifier is invalid.
    """
    match = re.fullmatch(_SPECIFIER, specifier)
    if match is None:
        raise ValueError(
            f"invalid platform {specifier!r}; use os/arch or os/arch/variant, such as linux/amd64"
        )
    return normalize_platform(
        Platform(
            os=match["os"],
            architecture=match["architecture"],
            variant=match["variant"] or "",
            os_version=match["version"] or "",
            os_features=frozenset((match["features"] or "").split("+")) - {""},
        )
    )


def normalize_platform(platform: Platform) -> Platform:
    """Return the canonical form: lowercase, Go's names, and no variant if it is the default.

    An empty operating system becomes Linux; containerd uses that of the host.
    """
    operating_system = platform.os.lower() or "linux"
    architecture, variant = _normalize_architecture(
        platform.architecture.lower(), platform.variant.lower()
    )
    return replace(
        platform,
        os=_OPERATING_SYSTEM_ALIASES.get(operating_system, operating_system),
        architecture=architecture,
        variant=variant,
    )


def _normalize_architecture(architecture: str, variant: str) -> tuple[str, str]:
    match _ARCHITECTURE_ALIASES.get(architecture, architecture), variant:
        case "386", _ if architecture == "i386":
            return "386", ""
        case "amd64", "v1":
            return "amd64", ""
        case "arm64", "8" | "v8" | "v8.0":
            return "arm64", ""
        case "arm64", "9" | "9.0" | "v9.0":
            return "arm64", "v9"
        case "armhf", _:
            return "arm", "v7"
        case "armel", _:
            return "arm", "v6"
        case "arm", "" | "7":
            return "arm", "v7"
        case "arm", "5" | "6" | "8":
            return "arm", f"v{variant}"
        case canonical, _:
            return canonical, variant


def match_rank(required: Platform, offered: Platform) -> int | None:
    """Rank an image for `offered` on a host for `required`; None if the host cannot run it.

    0 is the host's own platform. Higher numbers are other platforms that the host runs, in
    containerd's order of preference.
    """
    candidate = normalize_platform(offered)
    host = normalize_platform(required)
    if candidate.os != host.os or not candidate.os_features <= host.os_features:
        return None
    if host.os == "windows" and not _windows_runs(host.os_version, candidate.os_version):
        return None
    for rank, (architecture, variant) in enumerate(_runnable_architectures(host)):
        if (candidate.architecture, candidate.variant) == (architecture, variant):
            return rank
    return None


def differs_only_in_variant(one: Platform, other: Platform) -> bool:
    """Return whether two platforms differ only in the variant, such as amd64 and amd64/v3.

    An image for one may run on a host for the other, depending on the processor.
    """
    first, second = normalize_platform(one), normalize_platform(other)
    is_same_architecture = (first.os, first.architecture) == (second.os, second.architecture)
    return is_same_architecture and first.variant != second.variant


def _runnable_architectures(host: Platform) -> Iterator[tuple[str, str]]:
    """Yield what a host executes, best first, as canonical (architecture, variant) pairs."""
    yield host.architecture, host.variant
    match host.architecture:
        case "amd64":
            for level in range(_number(host.variant) - 1, 0, -1):
                yield "amd64", "" if level == 1 else f"v{level}"
            yield "386", ""
        case "arm64":
            yield from _older_arm64_variants(host.variant or "v8")
            for version in range(8, 4, -1):
                yield "arm", f"v{version}"
        case "arm":
            for version in range(_number(host.variant) - 1, 4, -1):
                yield "arm", f"v{version}"
        case _:
            return


def _older_arm64_variants(variant: str) -> Iterator[tuple[str, str]]:
    """Yield the older arm64 variants that `variant` includes, such as v8.1 and v8 for v8.2.

    Armv9.x has the baseline of Armv8.(x+5): Arm Architecture Reference Manual, "Armv9-A".
    """
    major, _, minor_digits = variant.partition(".")
    minor = int(minor_digits) if minor_digits.isdecimal() and len(minor_digits) == 1 else 0
    if major == "v9":
        for older in range(minor - 1, -1, -1):
            yield "arm64", f"v9.{older}" if older else "v9"
        major, minor = "v8", minor + 6
    if major == "v8":
        for older in range(minor - 1, -1, -1):
            yield "arm64", f"v8.{older}" if older else ""


def _number(variant: str) -> int:
    digits = variant.removeprefix("v")
    return int(digits) if digits.isdecimal() and len(digits) < 3 else 0


def _windows_runs(host_version: str, image_version: str) -> bool:
    """Return whether a Windows host runs an image for another Windows version.

    Before Windows Server 2022, the builds must be equal. Later hosts run every image from the
    Windows Server 2022 build up to their own. An image without a version runs everywhere.
    """
    host = _windows_build(host_version)
    if host is None or not image_version:
        return True
    image = _windows_build(image_version)
    if image is None or host[:2] != image[:2]:
        return False
    if host[2] < _WINDOWS_SERVER_2022_BUILD:
        return host[2] == image[2]
    return _WINDOWS_SERVER_2022_BUILD <= image[2] <= host[2]


def _windows_build(version: str) -> tuple[int, int, int] | None:
    numbers = version.split(".")[:3]
    if len(numbers) < 3 or not all(number.isdecimal() and len(number) < 6 for number in numbers):
        return None
    major, minor, build = map(int, numbers)
    return major, minor, build
