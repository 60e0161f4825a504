"""The state of a tag in Amazon ECR and of the image that it names."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_guard.aws.errors import LookupFailedError
from platform_guard.diagnosis.evidence.model import GuardHistory, NearbyTag, StoredTag, TagState
from platform_guard.policy.verdict import Finding
from platform_guard.registry.mark import is_mark, mark_for
from platform_guard.registry.reference import Reference
from platform_guard.timestamp import iso_time

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ImageDetailTypeDef, ImageIdentifierTypeDef

_PAGE_SIZE = 1000  # DescribeImages, maxResults

# DescribeImages, imageStatus
_STATES = {
    "ACTIVE": TagState.PRESENT,
    "ARCHIVED": TagState.ARCHIVED,
    "ACTIVATING": TagState.RESTORING,
}


@dataclass(frozen=True, slots=True)
class TagEvidence:
    """The state of a tag, and the marks of the guard on its image."""

    tag: StoredTag
    guard_history: GuardHistory


def look_up_tag(client: "ECRClient", requested: Reference) -> TagEvidence:
    """Look up what a reference names now, including archived images.

    One call; one more for a missing tag, to find similar tags. Raises botocore errors,
    and LookupFailedError if ECR returns an unknown image status.
    """
    missing = TagEvidence(StoredTag(TagState.MISSING), GuardHistory())
    try:
        detail = _describe(client, requested)
        if detail is None:
            return _missing(client, requested) if requested.tag else missing
    except client.exceptions.RepositoryNotFoundException:
        return missing
    digest = detail["imageDigest"]
    status = detail.get("imageStatus", "ACTIVE")
    state = _STATES.get(status)
    if state is None:
        raise LookupFailedError(f"ECR gives its image the status {status}, which is not known here")
    if requested.digest and requested.digest != digest:
        state = TagState.MOVED
    marks = tuple(tag for tag in detail.get("imageTags", []) if is_mark(tag))
    return TagEvidence(StoredTag(state, digest, _pushed_at(detail)), GuardHistory(marks))


def _describe(client: "ECRClient", requested: Reference) -> "ImageDetailTypeDef | None":
    image_id: ImageIdentifierTypeDef = (
        {"imageTag": requested.tag} if requested.tag else {"imageDigest": requested.digest}
    )
    try:
        answer = client.describe_images(
            registryId=requested.repository.account,
            repositoryName=requested.repository.name,
            imageIds=[image_id],
            filter={"imageStatus": "ANY"},
        )
    except client.exceptions.ImageNotFoundException:
        return None
    return next(iter(answer["imageDetails"]), None)


def _missing(client: "ECRClient", requested: Reference) -> TagEvidence:
    answer = client.describe_images(
        registryId=requested.repository.account,
        repositoryName=requested.repository.name,
        filter={"tagStatus": "TAGGED", "imageStatus": "ANY"},
        maxResults=_PAGE_SIZE,
    )
    details = answer["imageDetails"]
    existing = [
        NearbyTag(tag, detail["imageDigest"], _pushed_at(detail))
        for detail in details
        for tag in detail.get("imageTags", [])
        if not is_mark(tag)
    ]
    marks = _earlier_marks(requested.tag, details)
    return TagEvidence(
        StoredTag(TagState.MISSING, closest=closest_tags(requested.tag, existing)),
        GuardHistory(marks),
    )


def _earlier_marks(tag: str, details: "Sequence[ImageDetailTypeDef]") -> tuple[str, ...]:
    """Return the marks that the guard set while the tag existed."""
    return tuple(
        mark
        for detail in details
        for finding in Finding
        if (mark := mark_for(finding, tag, detail["imageDigest"])) in detail.get("imageTags", [])
    )


def _pushed_at(detail: "ImageDetailTypeDef") -> str:
    pushed_at = detail.get("imagePushedAt")
    return iso_time(pushed_at) if pushed_at else ""


_MAX_SUGGESTIONS = 3


def closest_tags(requested: str, existing: Sequence[NearbyTag]) -> tuple[NearbyTag, ...]:
    """Return up to three tags: similar ones first, then the newest."""
    by_name = {tag.name: tag for tag in existing}
    similar = difflib.get_close_matches(requested, by_name, n=_MAX_SUGGESTIONS)
    newest_first = sorted(existing, key=lambda tag: tag.pushed_at, reverse=True)
    names = dict.fromkeys([*similar, *(tag.name for tag in newest_first)])
    return tuple(by_name[name] for name in list(names)[:_MAX_SUGGESTIONS])
