"""Reads and changes the images of an Amazon ECR repository."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from platform_guard.aws.errors import LookupFailedError, error_code, is_transient
from platform_guard.oci.reader import Inaccessible, StoredDocument
from platform_guard.registry.download import IDS_PER_CALL, BatchGetResult, batch_get_image, download
from platform_guard.registry.images import ChangeRefusedError, ImageState, ImageStatus
from platform_guard.registry.reference import Reference, Repository

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.literals import TargetStorageClassType
    from mypy_boto3_ecr.type_defs import ImageDetailTypeDef, ImageIdentifierTypeDef

# GetDownloadUrlForLayer: no image in the repository references the layer.
_NO_SUCH_LAYER = frozenset({"LayersNotFoundException", "LayerInaccessibleException"})


@dataclass(frozen=True, slots=True)
class EcrRepository:
    """The images of one repository, read-only. Methods raise botocore errors."""

    client: "ECRClient"
    repository: Repository

    def resolve(self, image: Reference) -> StoredDocument | None:
        """Fetch the manifest of a reference; None if it is gone or archived.

        With tag and digest, an image that no longer has the tag counts as gone. One call. Raises
        LookupFailedError if ECR could not read the image.
        """
        image_id: ImageIdentifierTypeDef = {}
        if image.tag:
            image_id["imageTag"] = image.tag
        if image.digest:
            image_id["imageDigest"] = image.digest
        try:
            found = self._batch_get([image_id]).documents
        except self.client.exceptions.RepositoryNotFoundException:
            return None
        return found[0] if found else None

    def documents(self, digests: Sequence[str]) -> Mapping[str, StoredDocument | Inaccessible]:
        """Fetch manifests and indexes by digest, 100 per call; absent ones are left out."""
        found: dict[str, StoredDocument | Inaccessible] = {}
        for start in range(0, len(digests), IDS_PER_CALL):
            part = digests[start : start + IDS_PER_CALL]
            answer = self._batch_get([{"imageDigest": digest} for digest in part])
            found |= {document.digest: document for document in answer.documents}
            found |= {
                digest: Inaccessible(reason) for digest, reason in answer.inaccessible.items()
            }
        return found

    def config(self, digest: str, size_limit: int) -> bytes | None:
        """Fetch a config blob with one call and one GET; None if it does not exist."""
        try:
            answer = self.client.get_download_url_for_layer(
                registryId=self.repository.account,
                repositoryName=self.repository.name,
                layerDigest=digest,
            )
        except ClientError as error:
            if error_code(error) in _NO_SUCH_LAYER:
                return None
            raise
        return download(answer["downloadUrl"], size_limit)

    def _batch_get(self, image_ids: "Sequence[ImageIdentifierTypeDef]") -> BatchGetResult:
        """Raise LookupFailedError if ECR could not read one of the images."""
        answer = batch_get_image(self.client, self.repository, image_ids)
        for reason in answer.unavailable.values():
            raise LookupFailedError(reason)
        return answer


# BatchDeleteImage, failureCode: the tag does not exist or names another image now.
_NOT_UNDER_THIS_TAG = frozenset({"ImageNotFound", "ImageTagDoesNotMatchDigest"})


_ARCHIVED = frozenset({ImageStatus.ARCHIVED})


_RESTORED = frozenset({ImageStatus.ACTIVE, ImageStatus.ACTIVATING})


@dataclass(frozen=True, slots=True)
class EcrImages(EcrRepository):
    """The images of one repository, to read and to change.

    Transient failures raise botocore errors.
    """

    def describe(self, digest: str) -> ImageState | None:
        """Return the state of an image, also if it is archived; None if it does not exist."""
        detail = self._describe({"imageDigest": digest})
        if detail is None:
            return None
        return ImageState(
            tags=tuple(detail.get("imageTags", [])),
            pushed_at=detail["imagePushedAt"],
            last_pulled_at=detail.get("lastRecordedPullTime"),
            status=ImageStatus(detail.get("imageStatus", "ACTIVE")),
        )

    def digest_for_tag(self, tag: str) -> str:
        """Return the digest that a tag names, also if it is archived; empty if there is none."""
        detail = self._describe({"imageTag": tag})
        return detail["imageDigest"] if detail is not None else ""

    def details(self) -> "Iterator[ImageDetailTypeDef]":
        """Describe all images, including archived ones, 1,000 per call."""
        pages = self.client.get_paginator("describe_images").paginate(
            registryId=self.repository.account,
            repositoryName=self.repository.name,
            filter={"imageStatus": "ANY"},
            PaginationConfig={"PageSize": 1000},
        )
        for page in pages:
            yield from page["imageDetails"]

    def add_tag(self, document: StoredDocument, tag: str) -> None:
        """Add a tag to an image. Idempotent. Raises ChangeRefusedError."""
        self._put(document, tag)

    def restore_manifest(self, document: StoredDocument) -> None:
        """Store a manifest without a tag. Idempotent. Raises ChangeRefusedError."""
        self._put(document)

    def untag(self, tag: str, digest: str) -> bool:
        """Remove a tag if it names this image; return False if it does not.

        With tag and digest, ECR compares and untags atomically. Raises ChangeRefusedError.
        """
        image_id: ImageIdentifierTypeDef = {"imageTag": tag, "imageDigest": digest}
        try:
            answer = self.client.batch_delete_image(
                registryId=self.repository.account,
                repositoryName=self.repository.name,
                imageIds=[image_id],
            )
        except ClientError as error:
            raise _refusal(error) from error
        for failure in answer["failures"]:
            code = failure.get("failureCode", "no failureCode")
            if code in _NOT_UNDER_THIS_TAG:
                return False
            raise ChangeRefusedError(f"{code}: {failure.get('failureReason', '')}")
        return True

    def archive(self, digest: str) -> None:
        """Move an image to the archive storage class. Idempotent. Raises ChangeRefusedError."""
        self._move(digest, "ARCHIVE", _ARCHIVED)

    def restore(self, digest: str) -> None:
        """Start restoring an archived image. Idempotent. Raises ChangeRefusedError."""
        self._move(digest, "STANDARD", _RESTORED)

    def _describe(self, image_id: "ImageIdentifierTypeDef") -> "ImageDetailTypeDef | None":
        try:
            answer = self.client.describe_images(
                registryId=self.repository.account,
                repositoryName=self.repository.name,
                imageIds=[image_id],
                filter={"imageStatus": "ANY"},
            )
        except ClientError as error:
            if error_code(error) in ("ImageNotFoundException", "RepositoryNotFoundException"):
                return None
            raise
        return next(iter(answer["imageDetails"]), None)

    def _move(
        self, digest: str, target: "TargetStorageClassType", reached: frozenset[ImageStatus]
    ) -> None:
        try:
            self.client.update_image_storage_class(
                registryId=self.repository.account,
                repositoryName=self.repository.name,
                imageId={"imageDigest": digest},
                targetStorageClass=target,
            )
        except ClientError as error:
            refusal = _refusal(error)
            if isinstance(refusal, ChangeRefusedError):
                # botocore retries a call whose response was lost, and ECR rejects the retry.
                state = self.describe(digest)
                if state is not None and state.status in reached:
                    return
            raise refusal from error

    def _put(self, document: StoredDocument, tag: str = "") -> None:
        """Put the bytes that were fetched; ECR compares them with the digest."""
        named = {"imageTag": tag} if tag else {}
        try:
            self.client.put_image(
                registryId=self.repository.account,
                repositoryName=self.repository.name,
                imageManifest=document.content.decode(),
                imageManifestMediaType=document.media_type,
                imageDigest=document.digest,
                **named,
            )
        except ClientError as error:
            if error_code(error) != "ImageAlreadyExistsException":
                raise _refusal(error) from error


def _refusal(error: ClientError) -> Exception:
    """Convert permanent refusals to ChangeRefusedError; other errors stay unchanged."""
    return error if is_transient(error) else ChangeRefusedError(error_code(error))
