"""The blobs of one repository and their upload in parts."""

from dataclasses import dataclass, field

from platform_guard_emulator.ecr.errors import RegistryError
from platform_guard_emulator.ecr.manifests import digest_of

MINIMUM_PART_SIZE = 5 * 1024 * 1024
"""In bytes, for every part except the last (LayerPartTooSmallException)."""

SUGGESTED_PART_SIZE = 10 * 1024 * 1024


@dataclass(slots=True)
class _Upload:
    parts: list[bytes] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(map(len, self.parts))


class LayerStore:
    """Uploaded blobs by digest, and blobs that are declared present without their content."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes | None] = {}
        self._uploads: dict[str, _Upload] = {}

    def __contains__(self, digest: str) -> bool:
        return digest in self._blobs

    def declare(self, digest: str) -> None:
        """Declare a blob present without its content."""
        self._blobs.setdefault(digest, None)

    def forget(self) -> None:
        """Delete all blobs."""
        self._blobs.clear()

    def content(self, digest: str) -> bytes | None:
        """Return the content of a blob, or None if it was only declared. Raises KeyError."""
        return self._blobs[digest]

    def initiate(self, upload_id: str) -> None:
        """Start an upload."""
        self._uploads[upload_id] = _Upload()

    def add_part(self, upload_id: str, first: int, last: int, content: bytes) -> int:
        """Append the bytes `first` to `last`, both inclusive. Return the last byte received."""
        upload = self._upload(upload_id)
        if first != upload.size or last - first + 1 != len(content):
            raise RegistryError(
                "InvalidLayerPartException",
                f"Invalid layer part upload for upload with id '{upload_id}'",
                lastValidByteReceived=upload.size - 1,
            )
        upload.parts.append(content)
        return upload.size - 1

    def complete(self, upload_id: str, digests: list[str]) -> str:
        """Store the uploaded blob under its digest, which must be one of `digests`."""
        upload = self._upload(upload_id)
        content = b"".join(upload.parts)
        if not upload.parts:
            raise RegistryError("EmptyUploadException", "The specified layer upload is empty")
        if any(len(part) < MINIMUM_PART_SIZE for part in upload.parts[:-1]):
            raise RegistryError(
                "LayerPartTooSmallException", "Layer parts must be at least 5 MiB in size"
            )
        digest = digest_of(content)
        if digest not in digests:
            raise RegistryError(
                "InvalidLayerException", f"Layer digests {digests} do not match computed '{digest}'"
            )
        del self._uploads[upload_id]
        if self._blobs.get(digest) is not None:
            raise RegistryError(
                "LayerAlreadyExistsException", f"The layer with digest '{digest}' already exists"
            )
        self._blobs[digest] = content
        return digest

    def _upload(self, upload_id: str) -> _Upload:
        try:
            return self._uploads[upload_id]
        except KeyError:
            raise RegistryError(
                "UploadNotFoundException", f"Upload with id '{upload_id}' could not be found"
            ) from None
