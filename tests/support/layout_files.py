"""OCI image layouts on disk."""

import json
from pathlib import Path

from tests.support.images import Blob, Json, MemoryStore


def write_layout(folder: Path, **tagged: Blob) -> Path:
    """Write an OCI image layout; keywords are the tags, `untagged` has none."""
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True)
    for digest, stored in MemoryStore.of(*tagged.values()).contents.items():
        (blobs / digest.removeprefix("sha256:")).write_bytes(stored.content)
    write_index(
        folder,
        [blob.descriptor(annotations=annotations_of(tag)) for tag, blob in tagged.items()],
    )
    return folder


def annotations_of(tag: str) -> Json:
    return {} if tag == "untagged" else {"org.opencontainers.image.ref.name": tag}


def write_index(folder: Path, manifests: object) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": manifests}))


def blob_file(layout: Path, blob: Blob) -> Path:
    return layout / "blobs/sha256" / blob.digest.removeprefix("sha256:")
