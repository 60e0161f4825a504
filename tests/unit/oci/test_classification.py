import json

import pytest

from platform_guard.oci import media_types
from platform_guard.oci.classification import ManifestKind, kind_of_descriptor, kind_of_manifest
from platform_guard.oci.manifest import ImageIndex, ImageManifest, parse_document
from tests.support.images import (
    EMPTY_CONFIG,
    OCI_CONFIG,
    OCI_LAYER,
    Blob,
    Json,
    Listed,
    config,
    image,
    index,
    layer,
    listed,
    listed_attestation,
    manifest,
)

DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
BUILDKIT_CACHE = "application/vnd.buildkit.cacheconfig.v0"

MANIFESTS = {
    "OCI image": (ManifestKind.IMAGE, OCI_CONFIG, [OCI_LAYER], ""),
    "Docker image": (ManifestKind.IMAGE, DOCKER_CONFIG, [DOCKER_LAYER], ""),
    "OCI manifest with Docker layers": (ManifestKind.IMAGE, OCI_CONFIG, [DOCKER_LAYER], ""),
    "image without layers": (ManifestKind.IMAGE, OCI_CONFIG, [], ""),
    "image of foreign layers": (
        ManifestKind.IMAGE,
        DOCKER_CONFIG,
        ["application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"],
        "",
    ),
    "image of nondistributable layers": (
        ManifestKind.IMAGE,
        OCI_CONFIG,
        ["application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"],
        "",
    ),
    "encrypted image": (ManifestKind.IMAGE, OCI_CONFIG, [f"{OCI_LAYER}+encrypted"], ""),
    "zstd image": (
        ManifestKind.IMAGE,
        OCI_CONFIG,
        ["application/vnd.oci.image.layer.v1.tar+zstd"],
        "",
    ),
    "image with one further layer": (ManifestKind.IMAGE, OCI_CONFIG, ["text/plain", OCI_LAYER], ""),
    "image whose artifact type is that of its config": (
        ManifestKind.IMAGE,
        OCI_CONFIG,
        [OCI_LAYER],
        OCI_CONFIG,
    ),
    "Helm chart": (
        ManifestKind.ARTIFACT,
        "application/vnd.cncf.helm.config.v1+json",
        ["application/vnd.cncf.helm.chart.content.v1.tar+gzip"],
        "",
    ),
    "cosign signature": (
        ManifestKind.ARTIFACT,
        OCI_CONFIG,
        ["application/vnd.dev.cosign.simplesigning.v1+json"],
        "",
    ),
    "cosign attestation": (
        ManifestKind.ARTIFACT,
        OCI_CONFIG,
        ["application/vnd.dsse.envelope.v1+json"],
        "",
    ),
    "cosign SBOM": (ManifestKind.ARTIFACT, OCI_CONFIG, ["text/spdx+json"], ""),
    "sigstore bundle": (
        ManifestKind.ARTIFACT,
        EMPTY_CONFIG,
        ["application/vnd.dev.sigstore.bundle.v0.3+json"],
        "application/vnd.dev.sigstore.bundle.v0.3+json",
    ),
    "notation signature by config": (
        ManifestKind.ARTIFACT,
        "application/vnd.cncf.notary.signature",
        ["application/jose+json"],
        "",
    ),
    "notation signature by artifact type": (
        ManifestKind.ARTIFACT,
        EMPTY_CONFIG,
        ["application/cose"],
        "application/vnd.cncf.notary.signature",
    ),
    "SOCI index, version 1": (
        ManifestKind.ARTIFACT,
        "application/vnd.amazon.soci.index.v1+json",
        ["application/octet-stream"],
        "",
    ),
    "SOCI index, version 2": (
        ManifestKind.ARTIFACT,
        EMPTY_CONFIG,
        ["application/octet-stream"],
        "application/vnd.amazon.soci.index.v2+json",
    ),
    "nydus image by artifact type": (
        ManifestKind.ARTIFACT,
        OCI_CONFIG,
        ["application/vnd.oci.image.layer.nydus.blob.v1"],
        "application/vnd.nydus.image.manifest.v1+json",
    ),
    "WASM module": (
        ManifestKind.ARTIFACT,
        "application/vnd.wasm.config.v0+json",
        ["application/wasm"],
        "",
    ),
    "WASM image, which engines run with a shim": (ManifestKind.IMAGE, OCI_CONFIG, [OCI_LAYER], ""),
    "WASM module in an image config": (ManifestKind.ARTIFACT, OCI_CONFIG, ["application/wasm"], ""),
    "SBOM attached by ORAS": (
        ManifestKind.ARTIFACT,
        EMPTY_CONFIG,
        ["application/spdx+json"],
        "application/spdx+json",
    ),
    "files pushed by ORAS": (
        ManifestKind.ARTIFACT,
        "application/vnd.unknown.config.v1+json",
        [OCI_LAYER],
        "",
    ),
    "artifact with image layers": (
        ManifestKind.ARTIFACT,
        EMPTY_CONFIG,
        [OCI_LAYER],
        "text/example",
    ),
    "in-toto statement": (ManifestKind.ARTIFACT, EMPTY_CONFIG, [media_types.IN_TOTO], ""),
    "BuildKit attestation, older form": (
        ManifestKind.ATTESTATION,
        OCI_CONFIG,
        [media_types.IN_TOTO, media_types.IN_TOTO],
        "",
    ),
    "BuildKit attestation in Docker media types": (
        ManifestKind.ATTESTATION,
        DOCKER_CONFIG,
        [media_types.IN_TOTO],
        "",
    ),
    "BuildKit attestation, newer form": (
        ManifestKind.ATTESTATION,
        EMPTY_CONFIG,
        [media_types.IN_TOTO],
        media_types.BUILDKIT_ATTESTATION,
    ),
    "BuildKit cache, newer form": (ManifestKind.ARTIFACT, BUILDKIT_CACHE, [OCI_LAYER], ""),
    "Docker plugin": (
        ManifestKind.ARTIFACT,
        "application/vnd.docker.plugin.v1+json",
        [DOCKER_LAYER],
        "",
    ),
}


@pytest.mark.parametrize(
    ("kind", "config_type", "layer_types", "artifact_type"), MANIFESTS.values(), ids=MANIFESTS
)
def test_a_manifest_is_classified_by_its_media_types(
    kind: ManifestKind, config_type: str, layer_types: list[str], artifact_type: str
) -> None:
    blob = manifest(
        Blob(b"{}", config_type),
        [layer(media_type) for media_type in layer_types],
        artifactType=artifact_type,
    )

    document = parse_document(blob.content, blob.media_type)

    assert isinstance(document, ImageManifest)
    assert kind_of_manifest(document) is kind


def docker_reference(kind: str) -> Listed:
    return listed(image(), "unknown/unknown", annotations={"vnd.docker.reference.type": kind})


AMD64 = "linux/amd64"
DESCRIPTORS = {
    "image": (ManifestKind.IMAGE, listed(image(), AMD64)),
    "Docker image": (
        ManifestKind.IMAGE,
        listed(image(), AMD64, mediaType=media_types.DOCKER_MANIFEST),
    ),
    "image without an operating system": (
        ManifestKind.IMAGE,
        listed(image(), {"architecture": "amd64"}),
    ),
    "WASM image": (ManifestKind.IMAGE, listed(image("wasi/wasm"), "wasi/wasm")),
    "attestation": (ManifestKind.ATTESTATION, listed_attestation()),
    "attestation listed for a platform": (
        ManifestKind.ATTESTATION,
        listed(image(), AMD64, annotations={"vnd.docker.reference.type": "attestation-manifest"}),
    ),
    "attestation by artifact type": (
        ManifestKind.ATTESTATION,
        listed(image(), "unknown/unknown", artifactType=media_types.BUILDKIT_ATTESTATION),
    ),
    "other reference of Docker": (ManifestKind.ARTIFACT, docker_reference("something-new")),
    "SOCI index, version 2, with the platform of its image": (
        ManifestKind.ARTIFACT,
        listed(image(), AMD64, artifactType="application/vnd.amazon.soci.index.v2+json"),
    ),
    "nydus image with the platform of its image": (
        ManifestKind.ARTIFACT,
        listed(image(), AMD64, artifactType="application/vnd.nydus.image.manifest.v1+json"),
    ),
    "referrer that is an image": (
        ManifestKind.IMAGE,
        listed(image(), AMD64, artifactType=OCI_CONFIG),
    ),
    "layer of a BuildKit cache": (
        ManifestKind.ARTIFACT,
        listed(image(), mediaType=OCI_LAYER),
    ),
    "config of a BuildKit cache": (
        ManifestKind.ARTIFACT,
        listed(image(), mediaType=BUILDKIT_CACHE),
    ),
    "artifact manifest": (
        ManifestKind.ARTIFACT,
        listed(image(), AMD64, mediaType=media_types.OCI_ARTIFACT_MANIFEST),
    ),
    "Docker schema 1": (
        ManifestKind.NO_PLATFORM,
        listed(
            image(), AMD64, mediaType="application/vnd.docker.distribution.manifest.v1+prettyjws"
        ),
    ),
    "no media type": (ManifestKind.NO_PLATFORM, listed(image(), AMD64, mediaType="")),
    "unknown platform": (ManifestKind.NO_PLATFORM, listed(image(), "unknown/unknown")),
    "empty platform": (ManifestKind.NO_PLATFORM, listed(image(), {})),
    "platform of empty strings": (
        ManifestKind.NO_PLATFORM,
        listed(image(), {"os": "", "architecture": ""}),
    ),
    "no platform, so the config must be read": (None, listed(image())),
    "index": (None, listed(index())),
    "index listed for a platform": (None, listed(index(), AMD64)),
}


@pytest.mark.parametrize(("kind", "entry"), DESCRIPTORS.values(), ids=DESCRIPTORS)
def test_a_child_is_classified_by_its_descriptor(kind: ManifestKind | None, entry: Listed) -> None:
    document = parse_document(index(entry).content)

    assert isinstance(document, ImageIndex)
    assert kind_of_descriptor(document.manifests[0]) is kind


def test_an_image_with_an_inline_cache_is_an_image() -> None:
    cache: Json = {"moby.buildkit.cache.v0": "W3siZGlnZXN0IjoiIn1d"}
    document = parse_document(manifest(config(AMD64, **cache)).content)

    assert isinstance(document, ImageManifest)
    assert kind_of_manifest(document) is ManifestKind.IMAGE


def test_a_wasm_config_in_docker_form_is_an_artifact() -> None:
    fields = json.loads(image().content)
    fields["mediaType"] = media_types.DOCKER_MANIFEST
    fields["config"]["mediaType"] = "application/vnd.docker.wasm.config.v0+json"

    document = parse_document(json.dumps(fields).encode())

    assert isinstance(document, ImageManifest)
    assert kind_of_manifest(document) is ManifestKind.ARTIFACT
