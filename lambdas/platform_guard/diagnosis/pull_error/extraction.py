"""Facts that pull errors mention: image, registry, platform, address, role, digest.

A name counts only if the text continues after it, so that a truncated text never yields a partial
name.
"""

import re

from platform_guard.oci.platforms import Platform, normalize_platform

_REFERENCE = r"(?P<image>[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,511})(?=[\s\"',)\]]|$)"

_IMAGES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"failed to resolve ref(?:erence)? \"?{_REFERENCE}",
        rf"\bmanifest for {_REFERENCE} not found",
        rf"pull access denied for {_REFERENCE},",
        # The slash excludes "cannot pull secrets from".
        rf"cannot pull '?(?=[^\s/]{{1,255}}/){_REFERENCE}'? from the ",
        rf"can't pull the image '{_REFERENCE}'",
        rf"redacted ecr url related to {_REFERENCE}",
        rf"failed to do request: get (?!\"|https?:|redacted ){_REFERENCE}",
        rf"\brepository {_REFERENCE} not found",
        rf"for the source image {_REFERENCE} is not supported",
        rf"\bpull(?: and unpack)? image \"{_REFERENCE}\"",
        rf"\bimage with reference {_REFERENCE} was found",
        # Any ECR reference, unless it is part of a URL.
        rf"(?<![\w./-])(?=\d{{12}}\.dkr[.-]ecr\.[^\s/]{{1,80}}/){_REFERENCE}",
    )
)

_REGISTRY_URL = re.compile(r"https?://(?P<host>[^/\s\"]{1,255})/v[012]/", re.IGNORECASE)
_ECR_HOST = re.compile(
    r"(?<![\w<>*-])[\w*-]{1,64}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]{4,32}\."
    r"(?:amazonaws\.com(?:\.cn)?|on\.aws)(?![\w.-])",
    re.IGNORECASE,
)

_PLATFORM = re.compile(
    r"(?:matching platform|for platform|specified platform|host platform|with platform"
    r"|no matching manifest for|wanted:?) ?[\"'{(]{0,2}"
    r"(?P<os>[a-z]{2,20})/(?P<architecture>[a-z0-9_-]{2,20})(?:[/ ](?P<variant>v\d[\w.]{0,5}))?"
    r"(?=[\s\"'}),;:])",
    re.IGNORECASE,
)
_PLATFORM_IN_PARTS = re.compile(
    r"for architecture \"?(?P<architecture>[\w-]{2,20})\"?, variant \"(?P<variant>[\w.]{0,8})\", "
    r"os \"?(?P<os>[a-z]{2,20})",
    re.IGNORECASE,
)

_ADDRESS = re.compile(
    r"(?:dial tcp |->)(?P<address>(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]{2,45}\]):\d{1,5})"
    r"(?=[:\s])",
    re.IGNORECASE,
)

_DENIED_PRINCIPAL = re.compile(
    r"\buser: (?P<role>arn:[\w:/+=,.@-]{5,512}) is not auth", re.IGNORECASE
)
_NAMED_ROLE = re.compile(r"\brole '(?P<role>[\w:/+=,.@-]{1,512})'", re.IGNORECASE)

_IMAGE_DIGEST = re.compile(
    r"(?:@|/manifests/|\bmanifest )(?P<digest>sha256:[0-9a-f]{64})(?![0-9a-f])"
)


def find_image(text: str, *, truncated: bool) -> str | None:
    """Find the image reference as written, unless a truncated text ends in it."""
    for pattern in _IMAGES:
        match = pattern.search(text)
        if match is not None and not (truncated and match.end("image") == len(text)):
            return match["image"].rstrip(".:,")
    return None


def find_registry(text: str, image: str | None) -> str | None:
    """Find the registry host: from the image reference, else from a registry URL or ECR host."""
    if image is not None:
        host, separator, _ = image.partition("/")
        if separator and ("." in host or ":" in host or host == "localhost"):
            return host
    if (url := _REGISTRY_URL.search(text)) is not None:
        return url["host"]
    ecr_host = _ECR_HOST.search(text)
    return None if ecr_host is None else ecr_host[0]


def find_platform(text: str) -> str | None:
    """Find the required platform, normalized, as `os/arch[/variant]`."""
    match = _PLATFORM.search(text) or _PLATFORM_IN_PARTS.search(text)
    if match is None:
        return None
    required = Platform(
        os=match["os"], architecture=match["architecture"], variant=match["variant"] or ""
    )
    return str(normalize_platform(required))


def find_address(text: str) -> str | None:
    """Find the address that was dialed, as `ip:port`."""
    match = _ADDRESS.search(text)
    return None if match is None else match["address"]


def find_role(text: str) -> str | None:
    """Find the denied principal: the session ARN, else the role name."""
    match = _DENIED_PRINCIPAL.search(text) or _NAMED_ROLE.search(text)
    return None if match is None else match["role"]


def find_digest(text: str) -> str | None:
    """Find the digest of the image or its manifest; layer digests are skipped."""
    match = _IMAGE_DIGEST.search(text)
    return None if match is None else match["digest"]
