"""Platforms: how images name them, and which image runs where.

A platform is what the OCI image specification puts into a descriptor of an image index and into an
image's config: operating system, architecture, variant, and for Windows the operating system's
version. https://github.com/opencontainers/image-spec/blob/main/image-index.md

Builders write the same platform in several ways (`x86_64`, `amd64`, `AMD64`), so platforms are
normalized before they are compared. A host also runs more than its own platform: arm64 runs arm/v7,
amd64 runs 386. Tools disagree on how far that goes. The rules here are those of containerd's
`platforms.Only`, because containerd is what pulls on an ECS host:

- podman, skopeo and crane compare architectures literally and take no 386 image for amd64.
- crane, oras and Docker's classic store take an amd64/v3 image for amd64; containerd does not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

# Patterns are compiled when they are first used: most starts of a function need none of them.
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

# The oldest Windows whose containers newer hosts run as well: Windows Server 2022.
# https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/version-compatibility
_WINDOWS_SERVER_2022_BUILD = 20348


@dataclass(frozen=True, slots=True)
class Platform:
    """An operating system on an architecture, in the terms of the OCI image index.

    `parse_platform` and the readers of documents give it normalized.
    """

    os: str
    architecture: str
    variant: str = ""
    os_version: str = ""
    os_features: frozenset[str] = frozenset()

    def __str__(self) -> str:
        """Write the platform as `os/arch[/variant]`."""
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)

    @property
    def is_stated(self) -> bool:
        """Whether something could run on it: neither left empty nor called unknown."""
        return bool(self.architecture) and "unknown" not in (self.os, self.architecture)


def parse_platform(specifier: str) -> Platform:
    """Read `os[(version[+feature…])]/arch[/variant]` and normalize it.

    Raises ValueError, in words for whoever wrote the specifier.
    """
    match = re.fullmatch(_SPECIFIER, specifier)
    if match is None:
        raise ValueError(
            f"{specifier!r} is no platform: write os/arch or os/arch/variant, such as linux/amd64"
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
    """Give the canonical form: lower case, Go's names, no variant where it is the default one.

    An operating system left empty is Linux: containerd takes that of the host.
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
    """Tell how well an image for `offered` runs on a host for `required`.

    0 is the host's own platform, higher numbers are platforms that it runs as well, in the order in
    which containerd prefers them; None means that it does not run.
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


def is_other_variant(one: Platform, other: Platform) -> bool:
    """Tell whether platforms differ in the variant alone, such as amd64 and amd64/v3.

    What is for the one may run on machines for the other: it depends on the processor.
    """
    first, second = normalize_platform(one), normalize_platform(other)
    is_same_kind = (first.os, first.architecture) == (second.os, second.architecture)
    return is_same_kind and first.variant != second.variant


def _runnable_architectures(host: Platform) -> Iterator[tuple[str, str]]:
    """List what a host executes, best first, as (architecture, variant) in canonical form."""
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
    """List the arm64 variants that `variant` includes, such as v8.1 and v8 for v8.2.

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
    """Tell whether a Windows host runs an image of another Windows version.

    Before Windows Server 2022 the builds must be the same; from then on a host runs every image
    between that build and its own. A version left open runs everywhere.
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
