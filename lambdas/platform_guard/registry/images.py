"""The interface of a repository whose images can be read and changed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from platform_guard.oci.reader import Store, StoredDocument
from platform_guard.registry.reference import Reference


class ChangeRefusedError(Exception):
    """The registry refuses the change permanently; the message says why."""


class ImageStatus(StrEnum):
    """ECR API, DescribeImages, imageStatus."""

    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"
    ACTIVATING = "ACTIVATING"
    """Being restored from the archive, which takes up to 20 minutes."""


@dataclass(frozen=True, slots=True)
class ImageState:
    """The tags, times and status of a stored image."""

    tags: tuple[str, ...]
    pushed_at: datetime
    last_pulled_at: datetime | None = None
    status: ImageStatus = ImageStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class ListedImage:
    """A tagged image in a repository listing."""

    digest: str
    tags: tuple[str, ...]
    pushed_at: float
    """Time of the first push, in seconds since 1970."""


class Images(Store, Protocol):
    """The images of one repository. Transient failures raise the error of the registry client."""

    def resolve(self, image: Reference) -> StoredDocument | None:
        """Fetch the manifest of a reference; None if it is gone, archived or lost the tag."""

    def describe(self, digest: str) -> ImageState | None:
        """Return the state of an image, also if it is archived; None if it does not exist."""

    def digest_for_tag(self, tag: str) -> str:
        """Return the digest that a tag names, also if it is archived; empty if there is none."""

    def add_tag(self, document: StoredDocument, tag: str) -> None:
        """Add a tag to an image, and store the image again if it was deleted.

        Idempotent. Raises ChangeRefusedError.
        """

    def restore_manifest(self, document: StoredDocument) -> None:
        """Store a manifest without a tag. Idempotent. Raises ChangeRefusedError."""

    def untag(self, tag: str, digest: str) -> bool:
        """Remove a tag if it names this image; ECR deletes the image with its last tag.

        Return False if the tag names another image or does not exist. Raises ChangeRefusedError.
        """

    def archive(self, digest: str) -> None:
        """Move an image to the archive storage class. Idempotent. Raises ChangeRefusedError."""

    def restore(self, digest: str) -> None:
        """Start restoring an archived image. Idempotent. Raises ChangeRefusedError."""
