import hashlib
import json
from pathlib import Path

import pytest

from platform_guard_emulator import LocalAws, PushOrder, push_layout
from tests.contract.repository import (
    OCI_CONFIG,
    OCI_INDEX,
    OCI_LAYER,
    OCI_MANIFEST,
    ScratchRepository,
)


class Layout:
    """An OCI image layout under construction, without layers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "blobs" / "sha256").mkdir(parents=True)

    def blob(self, media_type: str, document: object) -> dict[str, object]:
        content = json.dumps(document, indent=2).encode()
        digest = hashlib.sha256(content).hexdigest()
        (self.folder / "blobs" / "sha256" / digest).write_bytes(content)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    def image(self, architecture: str) -> dict[str, object]:
        config = self.blob(OCI_CONFIG, {"architecture": architecture, "os": "linux"})
        absent = {"mediaType": OCI_LAYER, "digest": f"sha256:{'a' * 64}", "size": 7}
        return self.blob(
            OCI_MANIFEST,
            {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": [absent]},
        )


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    children = [layout.image("arm64"), layout.image("amd64")]
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children}
    root = layout.blob(OCI_INDEX, document)
    (tmp_path / "index.json").write_text(json.dumps({"manifests": [root]}))
    return layout


def test_a_layout_is_pushed_byte_for_byte(
    local: LocalAws, repository: ScratchRepository, layout: Layout
) -> None:
    digest = push_layout(local, "team/app", layout.folder, "v1")

    (found,) = repository.get({"imageTag": "v1"})["images"]
    file = layout.folder / "blobs" / digest.replace(":", "/")
    assert found["imageId"]["imageDigest"] == digest
    assert found["imageManifest"].encode() == file.read_bytes()


def test_children_are_pushed_first_and_untagged(local: LocalAws, layout: Layout) -> None:
    ecr = local.observed_client("ecr")
    ecr.create_repository(repositoryName="team/app")

    digest = push_layout(local, "team/app", layout.folder, "v1", ecr=ecr)

    pushed = [call.params for call in local.calls if call.operation == "PutImage"]
    assert [params.get("imageTag") for params in pushed] == [None, None, "v1"]
    assert pushed[-1]["imageDigest"] == digest


def test_children_can_be_pushed_under_the_tag_of_their_index(
    local: LocalAws, repository: ScratchRepository, layout: Layout
) -> None:
    digest = push_layout(
        local,
        "team/app",
        layout.folder,
        "v1",
        order=PushOrder.CHILDREN_UNDER_THE_TAG,
        ecr=local.observed_client("ecr"),
    )

    tags = [call.params.get("imageTag") for call in local.calls if call.operation == "PutImage"]
    assert tags == ["v1", "v1", "v1"]
    assert repository.digest_for_tag("v1") == digest


def test_a_layout_that_was_pushed_can_be_pushed_under_another_tag(
    local: LocalAws, repository: ScratchRepository, layout: Layout
) -> None:
    digest = push_layout(local, "team/app", layout.folder, "v1")

    assert push_layout(local, "team/app", layout.folder, "v2") == digest
    assert repository.tags_of(digest) == {"v1", "v2"}
