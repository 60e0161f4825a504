"""Parsing manifests and indexes, with any media type."""

import pytest

from platform_guard.oci import media_types
from platform_guard.oci.manifest import (
    ArtifactManifest,
    Descriptor,
    ImageIndex,
    ImageManifest,
    is_digest,
    parse_document,
)
from platform_guard.oci.platforms import Platform
from tests.support.documents import CONFIG, INDEX_FIELDS, MANIFEST_FIELDS, PLAIN, parsed
from tests.support.images import OMIT, Json, config, index, layer, listed


@pytest.mark.parametrize(
    "own_media_type", [media_types.OCI_MANIFEST, media_types.DOCKER_MANIFEST, None]
)
@pytest.mark.parametrize(
    "outer_media_type", [media_types.OCI_MANIFEST, media_types.DOCKER_MANIFEST, ""]
)
def test_a_manifest_is_parsed_with_any_media_type(
    own_media_type: str | None, outer_media_type: str
) -> None:
    fields = {**MANIFEST_FIELDS, "mediaType": own_media_type}

    document = parsed(fields, outer_media_type)

    assert isinstance(document, ImageManifest)
    assert document.config.digest == config().digest
    assert [item.media_type for item in document.layers] == [layer()["mediaType"]]
    assert document.artifact_type == ""


@pytest.mark.parametrize(
    "own_media_type", [media_types.OCI_INDEX, media_types.DOCKER_MANIFEST_LIST, None]
)
@pytest.mark.parametrize(
    "outer_media_type", [media_types.OCI_INDEX, media_types.DOCKER_MANIFEST_LIST, ""]
)
def test_an_index_is_parsed_with_any_media_type(
    own_media_type: str | None, outer_media_type: str
) -> None:
    fields = {**INDEX_FIELDS, "mediaType": own_media_type}

    document = parsed(fields, outer_media_type)

    assert isinstance(document, ImageIndex)
    assert [child.digest for child in document.manifests] == [PLAIN.digest]


def test_every_field_of_a_descriptor_is_parsed() -> None:
    entry = listed(
        PLAIN,
        {"os": "Linux", "architecture": "AARCH64", "variant": "v8", "os.features": ["gpu"]},
        artifactType="application/spdx+json",
        annotations={"vnd.docker.reference.type": "attestation-manifest", "other": "text"},
        urls=["https://example.com"],
    )

    document = parse_document(index(entry).content)

    assert isinstance(document, ImageIndex)
    assert document.manifests == (
        Descriptor(
            media_type=media_types.OCI_MANIFEST,
            digest=PLAIN.digest,
            size=len(PLAIN.content),
            platform=Platform("linux", "arm64", os_features=frozenset({"gpu"})),
            artifact_type="application/spdx+json",
            docker_reference_type="attestation-manifest",
        ),
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"platform": None},
        {"platform": OMIT},
        {"annotations": None},
        {"artifactType": None},
        {"size": OMIT},
        {"platform": {"os": "linux", "architecture": "amd64", "variant": None}},
        {"platform": {"os": "linux", "architecture": "amd64", "os.features": None}},
        {"platform": {"os": "linux", "architecture": "amd64", "features": ["sse4"]}},
    ],
    ids=repr,
)
def test_an_optional_field_can_be_null(fields: Json) -> None:
    document = parse_document(index(listed(PLAIN, "linux/amd64", **fields)).content)

    assert isinstance(document, ImageIndex)


@pytest.mark.parametrize(
    ("fields", "media_type"),
    [
        ({**INDEX_FIELDS, "manifests": None}, media_types.OCI_INDEX),
        ({"mediaType": media_types.DOCKER_MANIFEST_LIST, "manifests": None}, ""),
        ({"manifests": []}, ""),
    ],
)
def test_an_index_can_be_empty(fields: Json, media_type: str) -> None:
    assert parsed(fields, media_type) == ImageIndex("", ())


@pytest.mark.parametrize(
    "fields",
    [{"config": CONFIG, "layers": None}, {"config": CONFIG, "layers": []}, {"config": CONFIG}],
    ids=["null", "empty", "left out"],
)
def test_a_manifest_may_have_no_layers(fields: Json) -> None:
    document = parsed(fields)

    assert isinstance(document, ImageManifest)
    assert document.layers == ()


def test_null_fields_of_the_other_document_type_are_ignored() -> None:
    with_null_manifests = {**MANIFEST_FIELDS, "manifests": None}
    with_null_config = {**INDEX_FIELDS, "config": None, "layers": None}

    assert isinstance(parsed(with_null_manifests), ImageManifest)
    assert isinstance(parsed(with_null_config), ImageIndex)


@pytest.mark.parametrize("media_type_place", ["own", "outer"])
def test_an_artifact_manifest_is_known_by_its_media_type(media_type_place: str) -> None:
    media_type = media_types.OCI_ARTIFACT_MANIFEST
    fields: Json = {"artifactType": "application/spdx+json", "blobs": []}

    document = (
        parsed({**fields, "mediaType": media_type})
        if media_type_place == "own"
        else parsed(fields, media_type)
    )

    assert document == ArtifactManifest("application/spdx+json")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sha256:" + "0a" * 32, True),
        ("sha512:" + "0a" * 64, True),
        ("sha256:" + "0A" * 32, False),
        ("sha256:" + "0a" * 31, False),
        ("sha256:" + "0a" * 64, False),
        ("sha512:" + "0a" * 32, False),
        ("sha384:" + "0a" * 48, False),
        ("sha256:" + "0a" * 32 + "\n", False),
        ("0a" * 32, False),
        ("", False),
    ],
)
def test_a_digest_has_a_registered_algorithm(text: str, expected: bool) -> None:
    assert is_digest(text) is expected
