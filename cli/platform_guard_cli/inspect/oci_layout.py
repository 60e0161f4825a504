"""Reading images from an OCI image layout on disk.

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
    """A directory is not an OCI image layout, or a file in it cannot be read."""


@dataclass(frozen=True, slots=True)
class LayoutReference:
    """One entry of a layout's index.json."""

    name: str
    """The tag; empty if it has none."""
    digest: str
    media_type: str


@dataclass(frozen=True, slots=True)
class OciLayout:
    """The documents and blobs of a layout."""

    directory: Path
    document_size_limit: int = _INDEX_SIZE_LIMIT

    def references(self) -> tuple[LayoutReference, ...]:
        """Return the entries of index.json. Raise LayoutError if it cannot be read."""
        path = self.directory / "index.json"
        try:
            index = json.loads(path.read_bytes())
            return tuple(_reference(descriptor) for descriptor in index["manifests"])
        except OSError as error:
            raise LayoutError(
                f"{self.directory} is not an OCI image layout: cannot read {path} "
                f"({error.strerror})"
            ) from error
        except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
            raise LayoutError(
                f"{self.directory} is not an OCI image layout: {path} has no valid manifests list"
            ) from error

    def document(self, digest: str, media_type: str = "") -> StoredDocument | None:
        """Read a manifest or an index; None if it does not exist."""
        content = self._blob(digest, self.document_size_limit)
        return None if content is None else StoredDocument(digest, content, media_type)

    def documents(self, digests: Sequence[str]) -> Mapping[str, StoredDocument]:
        """Read manifests and indexes; omit those that do not exist."""
        found = ((digest, self.document(digest)) for digest in digests)
        return {digest: document for digest, document in found if document is not None}

    def config(self, digest: str, size_limit: int) -> bytes | None:
        """Read at most `size_limit` + 1 bytes of a config blob; None if it does not exist."""
        return self._blob(digest, size_limit)

    def _blob(self, digest: str, size_limit: int) -> bytes | None:
        algorithm, _, encoded = digest.partition(":")
        try:
            with (self.directory / "blobs" / algorithm / encoded).open("rb") as blob:
                return blob.read(size_limit + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LayoutError(f"cannot read {error.filename} ({error.strerror})") from error


def _reference(descriptor: Mapping[str, object]) -> LayoutReference:
    digest, media_type = descriptor["digest"], descriptor.get("mediaType", "")
    annotations = descriptor.get("annotations") or {}
    if not (isinstance(digest, str) and is_digest(digest) and isinstance(media_type, str)):
        raise ValueError("a descriptor without a digest or a media type")
    if not isinstance(annotations, dict):
        raise TypeError("annotations are not an object")
    return LayoutReference(str(annotations.get(_REFERENCE_NAME, "")), digest, media_type)
