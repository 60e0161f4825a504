"""The images that are pushed in a simulation, and their expected verdicts."""

from dataclasses import replace
from functools import cache

from platform_guard.oci.platforms import Platform
from platform_guard.policy.policy import Policy, Remedy
from platform_guard.policy.rules import Policies, Rule
from platform_guard.policy.verdict import Finding, NoFinding
from platform_guard.registry.reference import Repository
from tests.support.images import (
    Blob,
    attestation,
    config,
    index,
    listed,
    listed_attestation,
    manifest,
    read_and_evaluate,
)

REPOSITORY = Repository("123456789012", "eu-central-1", "shop/api")
TAGS = ("1.0", "1.1", "arm-1")

_ARM = Policy(required_platforms=(Platform("linux", "arm64"),))


def _image(platform: str, note: str) -> Blob:
    return manifest(config(platform, note=note))


AMD64 = [_image("linux/amd64", note) for note in "ab"]
ARM64 = [_image("linux/arm64", note) for note in "cd"]
_LISTED = [listed(blob, "linux/amd64") for blob in AMD64]
_LISTED_ARM = [listed(blob, "linux/arm64") for blob in ARM64]
_ARM_INDEX = index(_LISTED_ARM[0], listed_attestation())

POOL: tuple[Blob, ...] = (
    *AMD64,
    *ARM64,
    _ARM_INDEX,
    index(*_LISTED_ARM),
    index(_LISTED[0], _LISTED_ARM[0]),
    index(_LISTED[1], listed_attestation()),
    index(listed(_ARM_INDEX), _LISTED_ARM[1]),
    attestation(),
)
NAMES = dict(
    zip(
        (blob.digest for blob in POOL),
        ("amd", "amd'", "arm", "arm'", "arm-index", "arms", "both", "wrapped", "nested", "att"),
        strict=True,
    )
)
BY_DIGEST = {blob.digest: blob for blob in POOL}


def policies(remedy: Remedy, grace_seconds: int, *, ignore: bool = False) -> Policies:
    """Return policies with one remedy for all findings; tags arm-* require arm64."""
    stated = {
        "remedies": dict.fromkeys(Finding, remedy),
        "grace_seconds": grace_seconds,
        "ignore": ignore,
    }
    return Policies(
        default=replace(Policy(), **stated),  # type: ignore[arg-type]
        rules=(Rule(1, "*", replace(_ARM, **stated), tag="arm-*"),),  # type: ignore[arg-type]
    )


@cache
def is_compliant(tag: str, digest: str) -> bool:
    """Return whether an image in the pool satisfies the policy for a tag."""
    policy = policies(Remedy.TAG, 0).policy_for(REPOSITORY.name, tag).policy
    _, verdict = read_and_evaluate(BY_DIGEST[digest], policy)
    return verdict.name is NoFinding.COMPLIANT


@cache
def descendants(digest: str) -> frozenset[str]:
    """Return the digests of all descendants of an index in the pool."""
    return frozenset(_below(BY_DIGEST[digest]))


def _below(blob: Blob) -> set[str]:
    found: set[str] = set()
    for part in blob.parts:
        if "manifest" in part.media_type or "index" in part.media_type:
            found |= {part.digest} | _below(part)
    return found
