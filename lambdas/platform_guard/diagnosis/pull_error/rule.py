"""Causes of pull errors, what a rule for one is made of, and the words that rules share.

A rule quotes words that an engine or a registry prints, and names where they come from. It answers
only when the text has reached its cause: what could still turn into another cause says nothing, so
that a text cut in the middle is never taken for something else.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why a task could not pull or start its image."""

    PLATFORM_MISMATCH = "platform-mismatch"
    """The image has nothing for the platform of the host."""
    ATTESTATION_PULLED = "attestation-pulled"
    """The reference names an attestation manifest instead of the image."""
    UNSUPPORTED_MANIFEST = "unsupported-manifest"
    """The engine does not know this kind of manifest, config or layer."""
    IMAGE_NOT_FOUND = "image-not-found"
    """The registry has no such repository, tag, digest or blob."""
    ACCESS_DENIED = "access-denied"
    """The registry knows who asks and refuses."""
    REGISTRY_AUTH = "registry-auth"
    """There were no valid credentials for the registry."""
    RATE_LIMITED = "rate-limited"
    """The registry serves no more for now."""
    NETWORK_REGISTRY = "network-registry"
    """The registry cannot be reached."""
    NETWORK_LAYERS = "network-layers"
    """The registry answered; the storage that it sends to for layers cannot be reached."""
    NETWORK_DNS = "network-dns"
    """The name of a host cannot be resolved."""
    DISK_FULL = "disk-full"
    """The host has no room for the image."""
    UNPACK_FAILED = "unpack-failed"
    """The layers arrived and cannot be unpacked."""
    CANCELED = "canceled"
    """The pull was given up from outside, usually because it took too long."""
    EXEC_FORMAT = "exec-format"
    """The image was pulled and cannot be executed on this processor."""
    NOT_A_PULL_ERROR = "not-a-pull-error"
    """The task failed at something other than its image."""
    UNKNOWN = "unknown"
    """The text does not say."""


Clue = str | re.Pattern[str]
"""Words in lower case, or a pattern for such words."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a text must say to mean a cause: one of `says`, one of `also` if any, none of `unless`.

    `source` names who prints these words.
    """

    name: str
    cause: Cause
    source: str
    says: tuple[Clue, ...]
    also: tuple[Clue, ...] = ()
    unless: tuple[Clue, ...] = ()

    def matches(self, text: str) -> bool:
        """Return whether a text in lower case, with single spaces and straight quotes, fits."""
        return (
            _says_any(text, self.says)
            and (not self.also or _says_any(text, self.also))
            and not _says_any(text, self.unless)
        )


def _says_any(text: str, clues: tuple[Clue, ...]) -> bool:
    return any(
        clue in text if isinstance(clue, str) else clue.search(text) is not None for clue in clues
    )


# Ordinary programs fail with "connection refused" or "AccessDenied" too. Only next to one of these
# words is that about pulling an image.
ABOUT_A_PULL: tuple[Clue, ...] = (
    "cannotpull",
    "error response from daemon",
    "api error (",
    "failed to resolve ref",
    "failed to pull",
    "failed to copy",
    "httpreadseeker",
    "httpreaderseeker",
    "pull access denied",
    "pull image manifest",
    "inspect image has been",
    "ref pull has been",
    "error pulling image",
    "failed to authorize",
    ".dkr.ecr.",
    ".dkr-ecr.",
    "api.ecr",
    "public.ecr.aws",
    "ecr:",
    "registry-1.docker.io",
    "auth.docker.io",
    re.compile(r"https?://[^/\s]{1,255}/v[012]/"),
)

ECR: tuple[Clue, ...] = (".dkr.ecr.", ".dkr-ecr.", "public.ecr.aws")

# How Go's net, net/http and crypto/tls word a connection that fails, in the engines alike.
CONNECTION_FAILED: tuple[Clue, ...] = (
    "i/o timeout",
    re.compile(r"dial tcp \S{3,60}:\d{1,5}: "),
    "net/http: request canceled",
    "client.timeout exceeded",
    "tls handshake timeout",
    "timeout awaiting response headers",
    "connection timed out",
    "connection refused",
    "connection reset by peer",
    "no route to host",
    "network is unreachable",
    "broken pipe",
    "http2: ",
    "context deadline exceeded",
    "unexpected eof",
    re.compile(r"[\"\d]: eof(?=[\s.)]|$)"),
    "remote error: tls",
    "x509: ",
)

LAYER_STORAGE: tuple[Clue, ...] = (
    "starport-layer-bucket",
    re.compile(r"\.s3[.-][\w.-]{0,60}amazonaws\.com"),
    "cloudflare.docker.com",
    "cloudfront.docker.com",
    "cloudflarestorage.com",
    ".cloudfront.net",
    ".quay.io/",
    "pkg-containers.githubusercontent.com",
    ".blob.core.windows.net",
    "error pulling image configuration",
    "download failed after attempts",
)
