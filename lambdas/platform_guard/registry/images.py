"""A repository whose images can be changed: what the guard does, one call each."""

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
    """On its way back from the archive, which takes up to 20 minutes."""


@dataclass(frozen=True, slots=True)
class ImageState:
    """What ECR says about a stored image."""

    tags: tuple[str, ...]
    pushed_at: datetime
    last_pulled_at: datetime | None = None
    status: ImageStatus = ImageStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class ListedImage:
    """An image with tags, as a repository lists it."""

    digest: str
    tags: tuple[str, ...]
    pushed_at: float
    """When it was first pushed, in seconds since 1970."""


class Images(Store, Protocol):
    """The images of one repository. What fails for the moment raises what the registry raises."""

    def resolve(self, image: Reference) -> StoredDocument | None:
        """Fetch the manifest of a reference; None if it is gone, archived or lost the tag."""

    def describe(self, digest: str) -> ImageState | None:
        """Tell what becomes of an image, archived ones included; None where it is gone."""

    def digest_for_tag(self, tag: str) -> str:
        """Give the digest of the image that has a tag, archived ones included; empty for none."""

    def add_tag(self, document: StoredDocument, tag: str) -> None:
        """Give an image one more tag, and store it again if it is gone.

        That it has the tag already is fine. Raises ChangeRefusedError.
        """

    def restore_manifest(self, document: StoredDocument) -> None:
        """Store a manifest without a tag; that it is there is fine. Raises ChangeRefusedError."""

    def untag(self, tag: str, digest: str) -> bool:
        """Take a tag away if it names this image, and the image with its last tag.

        False where it does not name it, or is not there. Raises ChangeRefusedError.
        """

    def archive(self, digest: str) -> None:
        """Move an image to the archive class; fine if it is there. Raises ChangeRefusedError."""

    def restore(self, digest: str) -> None:
        """Begin to restore an archived image; fine if it is active. Raises ChangeRefusedError."""
