"""What has become of a tag in Amazon ECR, and of the image that it names."""

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

_LISTED = 1000  # DescribeImages, maxResults

# DescribeImages, imageStatus
_STATES = {
    "ACTIVE": TagState.PRESENT,
    "ARCHIVED": TagState.ARCHIVED,
    "ACTIVATING": TagState.RESTORING,
}


@dataclass(frozen=True, slots=True)
class TagEvidence:
    """What is there under a tag, and which marks of the guard go with it."""

    tag: StoredTag
    actions: GuardHistory


def look_up_tag(client: "ECRClient", wanted: Reference) -> TagEvidence:
    """Tell what a reference leads to now, archived images included.

    One call; one more for a missing tag, to see what there is instead. Raises botocore errors,
    and LookupFailedError where ECR says of the image what nobody knew of.
    """
    missing = TagEvidence(StoredTag(TagState.MISSING), GuardHistory())
    try:
        detail = _describe(client, wanted)
        if detail is None:
            return _missing(client, wanted) if wanted.tag else missing
    except client.exceptions.RepositoryNotFoundException:
        return missing
    digest = detail["imageDigest"]
    status = detail.get("imageStatus", "ACTIVE")
    state = _STATES.get(status)
    if state is None:
        raise LookupFailedError(f"ECR gives its image the status {status}, which is not known here")
    if wanted.digest and wanted.digest != digest:
        state = TagState.MOVED
    marks = tuple(tag for tag in detail.get("imageTags", []) if is_mark(tag))
    return TagEvidence(StoredTag(state, digest, _pushed_at(detail)), GuardHistory(marks))


def _describe(client: "ECRClient", wanted: Reference) -> "ImageDetailTypeDef | None":
    image_id: ImageIdentifierTypeDef = (
        {"imageTag": wanted.tag} if wanted.tag else {"imageDigest": wanted.digest}
    )
    try:
        answer = client.describe_images(
            registryId=wanted.repository.account,
            repositoryName=wanted.repository.name,
            imageIds=[image_id],
            filter={"imageStatus": "ANY"},
        )
    except client.exceptions.ImageNotFoundException:
        return None
    return next(iter(answer["imageDetails"]), None)


def _missing(client: "ECRClient", wanted: Reference) -> TagEvidence:
    answer = client.describe_images(
        registryId=wanted.repository.account,
        repositoryName=wanted.repository.name,
        filter={"tagStatus": "TAGGED", "imageStatus": "ANY"},
        maxResults=_LISTED,
    )
    details = answer["imageDetails"]
    there = [
        NearbyTag(tag, detail["imageDigest"], _pushed_at(detail))
        for detail in details
        for tag in detail.get("imageTags", [])
        if not is_mark(tag)
    ]
    marks = _marks_left_behind(wanted.tag, details)
    return TagEvidence(
        StoredTag(TagState.MISSING, closest=closest_tags(wanted.tag, there)), GuardHistory(marks)
    )


def _marks_left_behind(tag: str, details: "Sequence[ImageDetailTypeDef]") -> tuple[str, ...]:
    """Find the marks that the guard made when the tag was still there."""
    return tuple(
        mark
        for detail in details
        for finding in Finding
        if (mark := mark_for(finding, tag, detail["imageDigest"])) in detail.get("imageTags", [])
    )


def _pushed_at(detail: "ImageDetailTypeDef") -> str:
    pushed_at = detail.get("imagePushedAt")
    return iso_time(pushed_at) if pushed_at else ""


_SHOWN = 3


def closest_tags(wanted: str, there: Sequence[NearbyTag]) -> tuple[NearbyTag, ...]:
    """Return up to three tags: those that resemble the wanted one, then the youngest."""
    by_name = {tag.name: tag for tag in there}
    similar = difflib.get_close_matches(wanted, by_name, n=_SHOWN)
    youngest_first = sorted(there, key=lambda tag: tag.pushed_at, reverse=True)
    names = dict.fromkeys([*similar, *(tag.name for tag in youngest_first)])
    return tuple(by_name[name] for name in list(names)[:_SHOWN])
