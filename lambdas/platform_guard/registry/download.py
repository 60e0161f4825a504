"""Fetching manifests and indexes of Amazon ECR, up to a hundred a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_guard.aws.errors import LookupFailedError
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

import urllib3

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
    unavailable: Mapping[str, str]
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
        raise LookupFailedError("BatchGetImage left out some of what it was asked for")
    inaccessible: dict[str, str] = {}
    unavailable: dict[str, str] = {}
    for failure in answer["failures"]:
        code = failure.get("failureCode", "no failureCode")
        if code not in _NOT_THERE:
            digest = failure.get("imageId", {}).get("imageDigest", "")
            kind = inaccessible if code == _INACCESSIBLE else unavailable
            kind[digest] = f"{code}: {failure.get('failureReason', '')}"
    return BatchAnswer(tuple(map(_stored, answer["images"])), inaccessible, unavailable)


def _stored(image: "ImageTypeDef") -> StoredDocument:
    return StoredDocument(
        digest=image["imageId"]["imageDigest"],
        content=image["imageManifest"].encode(),
        media_type=image.get("imageManifestMediaType", ""),
    )


CONNECTIONS = 16
"""How many downloads keep their connection when several threads download."""


_POOL = urllib3.PoolManager(
    # As many as the sweep downloads at once.
    maxsize=CONNECTIONS,
    timeout=urllib3.Timeout(connect=3, read=10),
    retries=urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504)),
)


def download(url: str, size_limit: int) -> bytes:
    """Download at most one byte more than `size_limit`, without AWS credentials.

    The URL is a secret: anyone who has it can read the blob. Raises LookupFailedError.
    """
    try:
        with _POOL.request("GET", url, preload_content=False) as response:
            if response.status != 200:
                raise LookupFailedError(
                    f"the download of a blob was answered with {response.status}"
                )
            return response.read(size_limit + 1, decode_content=False)
    except urllib3.exceptions.HTTPError as error:
        # Its message holds the URL, and a chained exception would carry it into the log.
        raise LookupFailedError(f"the download of a blob failed: {type(error).__name__}") from None
