"""Causes of pull errors, and the form of the rules that recognize them.

A rule quotes phrases that an engine or a registry prints, and names their source. It matches only
a text that is specific to its cause, so that a truncated text is never classified as another cause.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """Why a task could not pull or start its image."""

    PLATFORM_MISMATCH = "platform-mismatch"
    """The image does not support the platform of the host."""
    ATTESTATION_PULLED = "attestation-pulled"
    """The reference names an attestation manifest instead of the image."""
    UNSUPPORTED_MANIFEST = "unsupported-manifest"
    """The engine does not know this kind of manifest, config or layer."""
    IMAGE_NOT_FOUND = "image-not-found"
    """The registry has no such repository, tag, digest or blob."""
    ACCESS_DENIED = "access-denied"
    """The registry denied an authenticated request."""
    REGISTRY_AUTH = "registry-auth"
    """There were no valid credentials for the registry."""
    RATE_LIMITED = "rate-limited"
    """The pull rate limit was reached."""
    NETWORK_REGISTRY = "network-registry"
    """The registry cannot be reached."""
    NETWORK_LAYERS = "network-layers"
    """The registry answered, but its layer storage cannot be reached."""
    NETWORK_DNS = "network-dns"
    """A host name cannot be resolved."""
    DISK_FULL = "disk-full"
    """The disk of the host is full."""
    UNPACK_FAILED = "unpack-failed"
    """The layers were pulled but cannot be unpacked."""
    CANCELED = "canceled"
    """The pull was canceled from outside, usually because of a timeout."""
    EXEC_FORMAT = "exec-format"
    """The image was pulled but cannot be executed on this architecture."""
    NOT_A_PULL_ERROR = "not-a-pull-error"
    """The task failed for a reason other than its image."""
    UNKNOWN = "unknown"
    """The text does not state the cause."""


Clue = str | re.Pattern[str]
"""A phrase in lower case, or a pattern for lower-case text."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Matches a text with one of `says`, one of `also` (if any) and none of `unless`.

    `source` names the component that prints these phrases.
    """

    name: str
    cause: Cause
    source: str
    says: tuple[Clue, ...]
    also: tuple[Clue, ...] = ()
    unless: tuple[Clue, ...] = ()

    def matches(self, text: str) -> bool:
        """Return whether the rule matches a normalized text in lower case."""
        return (
            _says_any(text, self.says)
            and (not self.also or _says_any(text, self.also))
            and not _says_any(text, self.unless)
        )


def _says_any(text: str, clues: tuple[Clue, ...]) -> bool:
    return any(
        clue in text if isinstance(clue, str) else clue.search(text) is not None for clue in clues
    )


# Applications also fail with "connection refused" or "AccessDenied". Only together with one of
# these phrases is that a pull error.
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

# Connection errors of Go's net, net/http and crypto/tls, which all engines share.
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
