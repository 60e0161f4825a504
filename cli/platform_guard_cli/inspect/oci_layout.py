"""An OCI image layout on disk, as a store of images.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from platform_guard.oci.manifest import is_digest
from platform_guard.oci.reader import StoredDocument

_REFERENCE_NAME = "org.opencontainers.image.ref.name"
_INDEX_SIZE_LIMIT = 4 * 1024 * 1024


class LayoutError(Exception):
    """A folder is no OCI image layout, or lacks what was asked for."""


@dataclass(frozen=True, slots=True)
class LayoutReference:
    """One entry of a layout's index.json."""

    name: str
    """Its tag; empty where it has none."""
    digest: str
    media_type: str


@dataclass(frozen=True, slots=True)
class OciLayout:
    """The documents and blobs of a layout."""

    directory: Path
    document_size_limit: int = _INDEX_SIZE_LIMIT

    def references(self) -> tuple[LayoutReference, ...]:
        """List the entries of index.json. Raises LayoutError where there is none to read."""
        path = self.directory / "index.json"
        try:
            index = json.loads(path.read_bytes())
            return tuple(_reference(descriptor) for descriptor in index["manifests"])
        except OSError as error:
            raise LayoutError(
                f"{self.directory} is no OCI image layout: {path} cannot be read ({error.strerror})"
            ) from error
        except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
            raise LayoutError(
                f"{self.directory} is no OCI image layout: {path} lists no manifests"
            ) from error

    def document(self, digest: str, media_type: str = "") -> StoredDocument | None:
        """Read a manifest or an index, None where it is not there."""
        content = self._blob(digest, self.document_size_limit)
        return None if content is None else StoredDocument(digest, content, media_type)

    def documents(self, digests: Sequence[str]) -> Mapping[str, StoredDocument]:
        """Read manifests and indexes; those that are not there are left out."""
        found = ((digest, self.document(digest)) for digest in digests)
        return {digest: document for digest, document in found if document is not None}

    def config(self, digest: str, size_limit: int) -> bytes | None:
        """Read a config blob, None where it is not there."""
        return self._blob(digest, size_limit)

    def _blob(self, digest: str, size_limit: int) -> bytes | None:
        algorithm, _, encoded = digest.partition(":")
        try:
            with (self.directory / "blobs" / algorithm / encoded).open("rb") as blob:
                return blob.read(size_limit + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LayoutError(f"{error.filename} cannot be read ({error.strerror})") from error


def _reference(descriptor: Mapping[str, object]) -> LayoutReference:
    digest, media_type = descriptor["digest"], descriptor.get("mediaType", "")
    annotations = descriptor.get("annotations") or {}
    if not (isinstance(digest, str) and is_digest(digest) and isinstance(media_type, str)):
        raise ValueError("a descriptor without a digest or a media type")
    if not isinstance(annotations, dict):
        raise TypeError("annotations are not an object")
    return LayoutReference(str(annotations.get(_REFERENCE_NAME, "")), digest, media_type)
