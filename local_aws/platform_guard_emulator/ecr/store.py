"""The images and tags of one repository, independent of moto and HTTP."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from platform_guard_emulator.ecr.errors import (
    ImageFailure,
    ImageId,
    RegistryError,
    invalid_parameter,
)
from platform_guard_emulator.ecr.layers import LayerStore
from platform_guard_emulator.ecr.manifests import Manifest
from platform_guard_emulator.ecr.mutability import TagMutability

RESTORE_TIME = timedelta(minutes=20)
"""The longest time to restore an archived image, which the emulator always takes."""

MAXIMUM_TAGS = 1000

_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,299}")
_DIGEST = re.compile(r"sha256:[a-f0-9]{64}")


class ImageStatus(StrEnum):
    """`imageStatus` in DescribeImages."""

    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"
    ACTIVATING = "ACTIVATING"


@dataclass(slots=True)
class StoredImage:
    """An image and its history. Its tags are in the store, in the order of their pushes."""

    manifest: Manifest
    pushed_at: datetime
    last_pulled_at: datetime | None = None
    archived_at: datetime | None = None
    restore_requested_at: datetime | None = None
    is_archived: bool = False

    @property
    def digest(self) -> str:
        """The manifest's digest."""
        return self.manifest.digest

    @property
    def activated_at(self) -> datetime | None:
        """When the last restore was or will be complete; None if there was none."""
        requested = self.restore_requested_at
        return requested + RESTORE_TIME if requested else None

    def status(self, now: datetime) -> ImageStatus:
        """Return the status at a time."""
        if self.is_archived:
            return ImageStatus.ARCHIVED
        if self.activated_at is not None and now < self.activated_at:
            return ImageStatus.ACTIVATING
        return ImageStatus.ACTIVE


class ImageStore:
    """Images by digest, and tags, with the rules of contracts E3 to E10 and E14."""

    def __init__(self) -> None:
        self.layers = LayerStore()
        self._images: dict[str, StoredImage] = {}
        self._tags: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._images)

    def images(self) -> Iterable[StoredImage]:
        """Return all images in the order of their first push."""
        return tuple(self._images.values())

    def tags_of(self, digest: str) -> list[str]:
        """Return the tags of an image in the order of their pushes."""
        return [tag for tag, owner in self._tags.items() if owner == digest]

    def put(
        self, manifest: Manifest, tag: str | None, mutability: TagMutability, now: datetime
    ) -> StoredImage:
        """Store a manifest, tag it and return the image. Raises RegistryError.

        An image whose tag moves stays in the store. `pushed_at` is the time of the first push and
        does not change with another tag. Pushing an archived image restores it at once.
        """
        known = self._images.get(manifest.digest)
        if tag is not None:
            self._check_tag(tag, manifest.digest, known, mutability)
        elif known is not None and not known.is_archived:
            raise self._already_exists(manifest.digest, None)
        self._check_references(manifest, now)
        image = known or StoredImage(manifest, now)
        if image.is_archived:
            image.is_archived = False
            image.restore_requested_at = now - RESTORE_TIME
        self._images[manifest.digest] = image
        if tag is not None:
            self._tags.pop(tag, None)
            self._tags[tag] = manifest.digest
        return image

    def resolve(self, image_id: ImageId) -> StoredImage | ImageFailure:
        """Return the image of an identifier, or the failure (contract E4)."""
        failure = _malformed(image_id)
        if failure is not None:
            return failure
        tagged = self._tags.get(image_id.tag) if image_id.tag is not None else None
        if image_id.tag is not None and tagged is None:
            return _not_found(image_id)
        if image_id.digest is not None and tagged is not None and tagged != image_id.digest:
            return ImageFailure(
                image_id,
                "ImageTagDoesNotMatchDigest",
                "Invalid request parameters: given tag does not map to the given digest",
            )
        digest = image_id.digest if tagged is None else tagged
        image = self._images.get(digest) if digest is not None else None
        return _not_found(image_id) if image is None else image

    def identifiers(self, image: StoredImage, image_id: ImageId) -> list[ImageId]:
        """Return the identifiers that a batch returns for one: by digest, one per tag (E3)."""
        if image_id.tag is not None:
            return [ImageId(image.digest, image_id.tag)]
        tags = self.tags_of(image.digest)
        return [ImageId(image.digest, tag) for tag in tags] or [ImageId(image.digest)]

    def delete(self, image_ids: list[ImageId]) -> tuple[list[ImageId], list[ImageFailure]]:
        """Delete images or tags (contracts E5, E6). Return the deleted and the failed ones.

        References from indexes are determined before the first deletion, so an index and its
        children cannot be deleted in one call.
        """
        referrers = {image.digest: self.referencing(image.digest) for image in self.images()}
        deleted: list[ImageId] = []
        failures: list[ImageFailure] = []
        for image_id in image_ids:
            image = self.resolve(image_id)
            if isinstance(image, ImageFailure):
                failures.append(image)
                continue
            removed = self.identifiers(image, image_id)
            removes_image = len(removed) >= len(self.tags_of(image.digest))
            if removes_image and referrers[image.digest]:
                failures.append(_referenced(image_id, referrers[image.digest]))
                continue
            for item in removed:
                self._tags.pop(item.tag or "", None)
            if removes_image:
                del self._images[image.digest]
            deleted.extend(removed)
        return deleted, failures

    def archive(self, image: StoredImage, now: datetime) -> None:
        """Move an image to the archive storage class (contract E14).

        AWS does not document the result for an archived image; the emulator rejects it.
        """
        if image.status(now) is not ImageStatus.ACTIVE:
            raise _unsupported(
                f"The image is {image.status(now)}; only active images can be archived"
            )
        active_referrers = [
            index for index in self.referencing(image.digest) if not self._images[index].is_archived
        ]
        if active_referrers:
            raise _unsupported(_references(active_referrers))
        image.is_archived = True
        image.archived_at = now

    def restore(self, image: StoredImage, now: datetime) -> None:
        """Start to restore an archived image, which is active after RESTORE_TIME."""
        if not image.is_archived:
            raise _unsupported("The image is not archived")
        image.is_archived = False
        image.restore_requested_at = now

    def record_pull(self, digest: str, now: datetime) -> None:
        """Record a pull of an image."""
        self._images[digest].last_pulled_at = now

    def referencing(self, digest: str) -> list[str]:
        """Return the digests of the indexes that list this manifest."""
        return [image.digest for image in self.images() if digest in image.manifest.children]

    def is_blob_referenced(self, digest: str) -> bool:
        """Return whether an image that is not archived references this blob (contract E11)."""
        return any(
            digest in image.manifest.blobs for image in self.images() if not image.is_archived
        )

    def size_of(self, image: StoredImage) -> int:
        """Return `imageSizeInBytes`. For an index it is the size of its largest manifest."""
        sizes = [
            self.size_of(self._images[child])
            for child in image.manifest.children
            if child in self._images
        ]
        return max([image.manifest.blobs_size, *sizes])

    def _check_tag(
        self, tag: str, digest: str, known: StoredImage | None, mutability: TagMutability
    ) -> None:
        if not _TAG.fullmatch(tag):
            raise invalid_parameter(f"Invalid parameter at 'imageTag': '{tag}'")
        owner = self._tags.get(tag)
        if owner == digest:
            if known is not None and known.is_archived:
                return
            raise self._already_exists(digest, tag)
        if owner is not None and not mutability.may_move(tag):
            raise RegistryError(
                "ImageTagAlreadyExistsException",
                f"The image tag '{tag}' already exists and cannot be overwritten because the "
                "tag is immutable.",
            )
        if owner is None and len(self.tags_of(digest)) >= MAXIMUM_TAGS:
            raise RegistryError(
                "LimitExceededException", f"An image can have no more than {MAXIMUM_TAGS} tags"
            )

    def _check_references(self, manifest: Manifest, now: datetime) -> None:
        missing = [
            child
            for child in manifest.children
            if child not in self._images
            or self._images[child].status(now) is not ImageStatus.ACTIVE
        ]
        if missing:
            raise RegistryError(
                "ReferencedImagesNotFoundException",
                f"Images with digests '[{', '.join(missing)}]' required for pushing image into "
                "the repository do not exist",
            )
        blobs = [blob for blob in manifest.blobs if blob not in self.layers]
        if blobs:
            raise RegistryError(
                "LayersNotFoundException",
                f"Layers with digests '[{', '.join(blobs)}]' required for pushing image into "
                "the repository do not exist",
            )

    @staticmethod
    def _already_exists(digest: str, tag: str | None) -> RegistryError:
        return RegistryError(
            "ImageAlreadyExistsException",
            f"Image with digest '{digest}' and tag '{tag or 'null'}' already exists",
        )


def _malformed(image_id: ImageId) -> ImageFailure | None:
    if image_id.tag is None and image_id.digest is None:
        return ImageFailure(
            image_id,
            "MissingDigestAndTag",
            "Invalid request parameters: both tag and digest cannot be null",
        )
    if image_id.digest is not None and not _DIGEST.fullmatch(image_id.digest):
        return ImageFailure(
            image_id,
            "InvalidImageDigest",
            "Invalid request parameters: image digest should satisfy the regex "
            "'[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
        )
    if image_id.tag is not None and not _TAG.fullmatch(image_id.tag):
        return ImageFailure(
            image_id, "InvalidImageTag", f"Invalid request parameters: image tag '{image_id.tag}'"
        )
    return None


def _not_found(image_id: ImageId) -> ImageFailure:
    return ImageFailure(image_id, "ImageNotFound", "Requested image not found")


def _referenced(image_id: ImageId, indexes: list[str]) -> ImageFailure:
    return ImageFailure(
        image_id,
        "ImageReferencedByManifestList",
        _references(indexes),
    )


def _references(indexes: list[str]) -> str:
    return f"Requested image referenced by manifest list: [{', '.join(indexes)}]"


def _unsupported(message: str) -> RegistryError:
    return RegistryError("ImageStorageClassUpdateNotSupportedException", message)
