"""Downloads from Amazon ECR: manifests, up to 100 per call, and blobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import urllib3

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

IDS_PER_CALL = 100
"""Maximum number of images per call (ECR API, BatchGetImage, imageIds)."""

_MEDIA_TYPES = (OCI_INDEX, DOCKER_MANIFEST_LIST, OCI_MANIFEST, DOCKER_MANIFEST)

# BatchGetImage, failureCode: a confirmed absence rather than a failed lookup.
_ABSENT = frozenset({"ImageNotFound", "ImageTagDoesNotMatchDigest"})

# AWS documents that an archived image cannot be pulled, but not the failure code. The service model
# introduced this one with the archive storage class; ECR might return ImageNotFound as well.
_INACCESSIBLE = "ImageInaccessible"


@dataclass(frozen=True, slots=True)
class BatchGetResult:
    """The result of one BatchGetImage call. Images that do not exist are left out."""

    documents: tuple[StoredDocument, ...]
    """One per image and tag: an image with several tags appears several times."""
    inaccessible: Mapping[str, str]
    """Digest (empty if requested by tag) to the reason why the image cannot be fetched now."""
    unavailable: Mapping[str, str]
    """Digest (empty if requested by tag) to the reason of a failed lookup."""


def batch_get_image(
    client: "ECRClient", repository: Repository, image_ids: "Sequence[ImageIdentifierTypeDef]"
) -> BatchGetResult:
    """Fetch up to `IDS_PER_CALL` images in one call.

    Raises LookupFailedError if the response is incomplete, and botocore errors.
    """
    answer = client.batch_get_image(
        registryId=repository.account,
        repositoryName=repository.name,
        imageIds=image_ids,
        acceptedMediaTypes=_MEDIA_TYPES,
    )
    if len(answer["images"]) + len(answer["failures"]) < len(image_ids):
        raise LookupFailedError("BatchGetImage returned an incomplete response")
    inaccessible: dict[str, str] = {}
    unavailable: dict[str, str] = {}
    for failure in answer["failures"]:
        code = failure.get("failureCode", "no failureCode")
        if code not in _ABSENT:
            digest = failure.get("imageId", {}).get("imageDigest", "")
            kind = inaccessible if code == _INACCESSIBLE else unavailable
            kind[digest] = f"{code}: {failure.get('failureReason', '')}"
    return BatchGetResult(tuple(map(_stored, answer["images"])), inaccessible, unavailable)


def _stored(image: "ImageTypeDef") -> StoredDocument:
    return StoredDocument(
        digest=image["imageId"]["imageDigest"],
        content=image["imageManifest"].encode(),
        media_type=image.get("imageManifestMediaType", ""),
    )


CONNECTIONS = 16
"""Maximum number of connections that concurrent downloads keep open."""


_POOL = urllib3.PoolManager(
    # One connection per download thread of the sweep.
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
                raise LookupFailedError(f"the blob download returned HTTP {response.status}")
            return response.read(size_limit + 1, decode_content=False)
    except urllib3.exceptions.HTTPError as error:
        # The message contains the URL, and a chained exception would write it to the log.
        raise LookupFailedError(f"the blob download failed: {type(error).__name__}") from None
