"""Pushes of OCI image layouts on disk to ECR, as a builder does them."""

import json
from collections.abc import Iterator
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_guard_emulator.ecr.manifests import MEDIA_TYPES

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

    from platform_guard_emulator.account import LocalAws


class PushOrder(Enum):
    """How the children of an index are pushed before it: by digest, or under the index's tag.

    Some builders do the latter: docker/buildx#663, aws/aws-cdk#31549.
    """

    CHILDREN_BY_DIGEST = auto()
    CHILDREN_UNDER_THE_TAG = auto()


def push_layout(
    local: "LocalAws",
    repository: str,
    layout: Path,
    tag: str,
    *,
    order: PushOrder = PushOrder.CHILDREN_BY_DIGEST,
    ecr: "ECRClient | None" = None,
) -> str:
    """Push the first image or index of `index.json` and return its digest.

    Manifests are pushed byte for byte. Blobs in the layout are uploaded; missing blobs are declared
    as uploaded. Raises ECR's errors, such as ReferencedImagesNotFoundException for an index of
    layers.
    """
    client = ecr or local.client("ecr")
    root: dict[str, Any] = json.loads((layout / "index.json").read_text())["manifests"][0]
    manifests = list(_children_first(layout, root))
    _push_blobs(local, client, repository, layout, manifests)
    for descriptor in manifests:
        is_root = descriptor is root
        options = {"imageTag": tag}
        if not is_root and order is PushOrder.CHILDREN_BY_DIGEST:
            options = {}
        _put(client, repository, layout, descriptor, options)
    return str(root["digest"])


def _put(
    client: "ECRClient",
    repository: str,
    layout: Path,
    descriptor: dict[str, Any],
    options: dict[str, str],
) -> None:
    try:
        client.put_image(
            repositoryName=repository,
            imageManifest=_blob(layout, descriptor["digest"]).read_bytes().decode(),
            imageManifestMediaType=descriptor["mediaType"],
            imageDigest=descriptor["digest"],
            **options,
        )
    except client.exceptions.ImageAlreadyExistsException:
        # A builder checks first and skips existing manifests.
        return


def _children_first(
    layout: Path, descriptor: dict[str, Any], ancestors: tuple[str, ...] = ()
) -> Iterator[dict[str, Any]]:
    digest = descriptor["digest"]
    document = json.loads(_blob(layout, digest).read_bytes())
    for child in document.get("manifests") or ():
        is_local = child.get("mediaType") in MEDIA_TYPES and _blob(layout, child["digest"]).exists()
        if is_local and child["digest"] not in ancestors:
            yield from _children_first(layout, child, (*ancestors, digest))
    yield descriptor


def _push_blobs(
    local: "LocalAws",
    client: "ECRClient",
    repository: str,
    layout: Path,
    manifests: list[dict[str, Any]],
) -> None:
    digests: set[str] = set()
    for descriptor in manifests:
        document = json.loads(_blob(layout, descriptor["digest"]).read_bytes())
        blobs = [document["config"], *document["layers"]] if "config" in document else []
        digests.update(blob["digest"] for blob in blobs)
    for digest in sorted(digests):
        file = _blob(layout, digest)
        if file.exists():
            _upload(client, repository, digest, file.read_bytes())
        else:
            local.declare_layers(repository, [digest], region=client.meta.region_name)


def _upload(client: "ECRClient", repository: str, digest: str, content: bytes) -> None:
    present = client.batch_check_layer_availability(
        repositoryName=repository, layerDigests=[digest]
    )
    if present["layers"]:
        return
    upload = client.initiate_layer_upload(repositoryName=repository)["uploadId"]
    client.upload_layer_part(
        repositoryName=repository,
        uploadId=upload,
        partFirstByte=0,
        partLastByte=len(content) - 1,
        layerPartBlob=content,
    )
    client.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest])


def _blob(layout: Path, digest: str) -> Path:
    return layout / "blobs" / digest.replace(":", "/", 1)
