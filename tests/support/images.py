"""In-memory images with correct digests and sizes; every field can be overridden."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from platform_guard.oci import media_types
from platform_guard.oci.image import Image, Kind
from platform_guard.oci.reader import Bounds, ReadRequest, StoredDocument, read_image
from platform_guard.policy.evaluation import evaluate
from platform_guard.policy.policy import Policy
from platform_guard.policy.verdict import Verdict

Json: TypeAlias = dict[str, object]

OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
EMPTY_CONFIG = "application/vnd.oci.empty.v1+json"


class Omission(Enum):
    """Overrides a field to omit it."""

    OMIT = "omit"


OMIT = Omission.OMIT

DEFAULT_POLICY = Policy()
DEFAULT_BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that a registry stores, and the blobs that they reference."""

    content: bytes
    media_type: str
    parts: tuple["Blob", ...] = ()

    @property
    def digest(self) -> str:
        return digest_of(self.content)

    @property
    def stored(self) -> StoredDocument:
        return StoredDocument(self.digest, self.content, self.media_type)

    def descriptor(self, **overrides: object) -> Json:
        fields: Json = {
            "mediaType": self.media_type,
            "digest": self.digest,
            "size": len(self.content),
        }
        return _overridden(fields, overrides)


@dataclass(frozen=True, slots=True)
class Listed:
    """An index entry: a descriptor and the blob that it references."""

    blob: Blob
    descriptor: Json


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def platform_fields(platform: str) -> Json:
    """Convert `os/arch[/variant]` to descriptor fields, without normalizing it."""
    return dict(zip(("os", "architecture", "variant"), platform.split("/"), strict=False))


def json_blob(value: object, media_type: str, parts: tuple[Blob, ...] = ()) -> Blob:
    return Blob(json.dumps(value).encode(), media_type, parts)


def config(platform: str = "linux/amd64", /, **overrides: object) -> Blob:
    """Build an image config; an empty `platform` states none."""
    fields = platform_fields(platform) if platform else {}
    rootfs = {"type": "layers", "diff_ids": []}
    return json_blob(_overridden({**fields, "rootfs": rootfs}, overrides), OCI_CONFIG)


def layer(media_type: str = OCI_LAYER) -> Json:
    return Blob(media_type.encode(), media_type).descriptor()


def manifest(
    config_blob: Blob, layers: Sequence[Json] | None = None, /, **overrides: object
) -> Blob:
    """Build an image manifest, with one layer by default."""
    fields: Json = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "config": config_blob.descriptor(),
        "layers": [layer()] if layers is None else list(layers),
    }
    return json_blob(_overridden(fields, overrides), media_types.OCI_MANIFEST, (config_blob,))


def image(platform: str = "linux/amd64") -> Blob:
    """Build a plain image."""
    return manifest(config(platform))


def artifact(config_media_type: str = "application/vnd.cncf.helm.config.v1+json") -> Blob:
    """Build an artifact with an image manifest."""
    return manifest(Blob(b"{}", config_media_type))


def attestation() -> Blob:
    """Build an attestation manifest as in BuildKit 0.13 and 0.25."""
    return manifest(config("unknown/unknown"), [layer(media_types.IN_TOTO)])


def listed(blob: Blob, platform: str | Json | None = None, /, **overrides: object) -> Listed:
    """Build an index entry; `platform` is `os/arch[/variant]` or the platform fields."""
    fields = blob.descriptor()
    if platform is not None:
        fields["platform"] = platform_fields(platform) if isinstance(platform, str) else platform
    return Listed(blob, _overridden(fields, overrides))


def listed_image(platform: str) -> Listed:
    return listed(image(platform), platform)


def listed_attestation() -> Listed:
    annotations = {"vnd.docker.reference.type": "attestation-manifest"}
    return listed(attestation(), "unknown/unknown", annotations=annotations)


def listed_soci_index(platform: str) -> Listed:
    """Build the index entry that `soci convert` adds for the image of a platform."""
    soci = "application/vnd.amazon.soci.index.v2+json"
    annotations = {"com.amazon.soci.image-manifest-digest": image(platform).digest}
    return listed(artifact(soci), platform, artifactType=soci, annotations=annotations)


def index(*entries: Listed, **overrides: object) -> Blob:
    fields: Json = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_INDEX,
        "manifests": [entry.descriptor for entry in entries],
    }
    parts = tuple(entry.blob for entry in entries)
    return json_blob(_overridden(fields, overrides), media_types.OCI_INDEX, parts)


@dataclass
class MemoryStore:
    """An image store that records calls.

    `on_call` runs before each result, for example to advance a clock.
    """

    contents: dict[str, StoredDocument]
    on_call: Callable[[], None] = lambda: None
    calls: list[tuple[str, ...]] = field(default_factory=list)

    @classmethod
    def of(cls, *roots: Blob, without: Iterable[Blob] = ()) -> "MemoryStore":
        """Store blobs and everything that they reference, except those in `without`."""
        absent = {blob.digest for blob in without}
        found: dict[str, Blob] = {}
        for root in roots:
            _collect(root, found)
        return cls({digest: blob.stored for digest, blob in found.items() if digest not in absent})

    def documents(self, digests: Sequence[str]) -> Mapping[str, StoredDocument]:
        self.calls.append(("documents", *digests))
        self.on_call()
        return {digest: self.contents[digest] for digest in digests if digest in self.contents}

    def config(self, digest: str, size_limit: int) -> bytes | None:
        self.calls.append(("config", digest))
        self.on_call()
        stored = self.contents.get(digest)
        return None if stored is None else stored.content[: size_limit + 1]


def documents_call(*blobs: Blob) -> tuple[str, ...]:
    """Return the recorded call for a request of documents."""
    return ("documents", *(blob.digest for blob in blobs))


def config_call(blob: Blob) -> tuple[str, ...]:
    """Return the recorded call for a request of a config."""
    return ("config", blob.digest)


def read(
    root: Blob,
    store: MemoryStore | None = None,
    policy: Policy = DEFAULT_POLICY,
    bounds: Bounds = DEFAULT_BOUNDS,
) -> Image:
    """Read an image as the guard does; the default store contains all its parts."""
    request = ReadRequest(policy.required_platforms, policy.verify_config)
    return read_image(root.stored, store or MemoryStore.of(root), request, lambda: 0.0, bounds)


def unreadable_reason(found: Image) -> str:
    """Return why an image is unreadable, and assert that it has no entries."""
    assert found.kind is Kind.UNREADABLE
    assert found.entries == ()
    return found.unreadable_reason


def read_and_evaluate(
    root: Blob, policy: Policy = DEFAULT_POLICY, without: Iterable[Blob] = ()
) -> tuple[Image, Verdict]:
    """Read and evaluate an image without the blobs in `without`."""
    found = read(root, MemoryStore.of(root, without=without), policy)
    return found, evaluate(found, policy)


def _collect(blob: Blob, found: dict[str, Blob]) -> None:
    if blob.digest not in found:
        found[blob.digest] = blob
        for part in blob.parts:
            _collect(part, found)


def _overridden(fields: Json, overrides: Mapping[str, object]) -> Json:
    return {name: value for name, value in {**fields, **overrides}.items() if value is not OMIT}
