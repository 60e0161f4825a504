"""The evidence that each cause requires."""

from enum import StrEnum

from platform_guard.diagnosis.pull_error.rule import Cause


class EvidenceKind(StrEnum):
    """The kinds of evidence; each is a field of `Evidence`."""

    TASK_DEFINITION = "task_definition"
    IMAGE = "image"
    TAG = "tag"
    REPOSITORY = "repository"
    GUARD_HISTORY = "guard_history"
    LEDGER = "ledger"
    CACHE = "cache"
    ROLE = "role"
    SERVICE = "service"
    NETWORK = "network"


def required_evidence(cause: Cause) -> frozenset[EvidenceKind]:
    """Return the evidence that a cause requires. ECR evidence requires an image in ECR."""
    return _REQUIRED[cause]


_SERVICE = frozenset({EvidenceKind.SERVICE})
_DEFINITION = _SERVICE | {EvidenceKind.TASK_DEFINITION}
_NETWORK = _SERVICE | {EvidenceKind.NETWORK}
_STORED = _DEFINITION | {
    EvidenceKind.IMAGE,
    EvidenceKind.TAG,
    EvidenceKind.REPOSITORY,
    EvidenceKind.GUARD_HISTORY,
    EvidenceKind.LEDGER,
    EvidenceKind.CACHE,
}

_REQUIRED = {
    Cause.PLATFORM_MISMATCH: _STORED,
    Cause.ATTESTATION_PULLED: _STORED,
    Cause.UNSUPPORTED_MANIFEST: _STORED,
    Cause.IMAGE_NOT_FOUND: _STORED,
    Cause.EXEC_FORMAT: _STORED,
    Cause.ACCESS_DENIED: _DEFINITION
    | {EvidenceKind.ROLE, EvidenceKind.REPOSITORY, EvidenceKind.CACHE},
    Cause.REGISTRY_AUTH: _DEFINITION | {EvidenceKind.ROLE, EvidenceKind.NETWORK},
    Cause.RATE_LIMITED: _DEFINITION,
    Cause.NETWORK_REGISTRY: _NETWORK,
    Cause.NETWORK_LAYERS: _NETWORK,
    Cause.NETWORK_DNS: _NETWORK,
    Cause.DISK_FULL: _DEFINITION,
    Cause.UNPACK_FAILED: _DEFINITION,
    Cause.CANCELED: _NETWORK,
    Cause.NOT_A_PULL_ERROR: frozenset[EvidenceKind](),
    Cause.UNKNOWN: _STORED,
}
