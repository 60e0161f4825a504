"""Fetching manifests and indexes of Amazon ECR, up to a hundred a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_guard.aws.errors import LookUpError
from platform_guard.oci.media_types import (
    DOCKER_MANIFEST,
    DOCKER_MANIFEST_LIST,
    OCI_INDEX,
    OCI_MANIFEST,
)
from platform_guard.oci.reader import StoredDocument
from platform_guard.registry.reference import Repository

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ImageIdentifierTypeDef, ImageTypeDef

IDS_PER_CALL = 100
"""How many images one call takes (ECR API, BatchGetImage, imageIds)."""

_MEDIA_TYPES = (OCI_INDEX, DOCKER_MANIFEST_LIST, OCI_MANIFEST, DOCKER_MANIFEST)

# BatchGetImage, failureCode: what the world looks like, rather than that a look at it failed.
_NOT_THERE = frozenset({"ImageNotFound", "ImageTagDoesNotMatchDigest"})

# AWS documents that an archived image cannot be pulled, and not by which code this call says so. In
# the service model this one came with the archive class; ImageNotFound would fit as well.
_INACCESSIBLE = "ImageInaccessible"


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What became of the images that were asked for; those that are not there are left out."""

    documents: tuple[StoredDocument, ...]
    """An image comes as often as it has tags."""
    inaccessible: Mapping[str, str]
    """By digest, empty where there was none to ask for: why it cannot be fetched now."""
    unseen: Mapping[str, str]
    """By digest as well: why ECR could not look."""


def batch_get_image(
    client: "ECRClient", repository: Repository, image_ids: "Sequence[ImageIdentifierTypeDef]"
) -> BatchAnswer:
    """Fetch up to `IDS_PER_CALL` images in one call.

    Raises LookUpError where the answer leaves something out, and what botocore raises.
    """
    answer = client.batch_get_image(
        registryId=repository.account,
        repositoryName=repository.name,
        imageIds=image_ids,
        acceptedMediaTypes=_MEDIA_TYPES,
    )
    if len(answer["images"]) + len(answer["failures"]) < len(image_ids):
        raise LookUpError("BatchGetImage left out some of what it was asked for")
    inaccessible: dict[str, str] = {}
    unseen: dict[str, str] = {}
    for failure in answer["failures"]:
        code = failure.get("failureCode", "no failureCode")
        if code not in _NOT_THERE:
            digest = failure.get("imageId", {}).get("imageDigest", "")
            kind = inaccessible if code == _INACCESSIBLE else unseen
            kind[digest] = f"{code}: {failure.get('failureReason', '')}"
    return BatchAnswer(tuple(map(_stored, answer["images"])), inaccessible, unseen)


def _stored(image: "ImageTypeDef") -> StoredDocument:
    return StoredDocument(
        digest=image["imageId"]["imageDigest"],
        content=image["imageManifest"].encode(),
        media_type=image.get("imageManifestMediaType", ""),
    )
