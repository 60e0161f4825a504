import json

import pytest

from platform_guard import media_types
from platform_guard.manifests import (
    ArtifactManifest,
    Descriptor,
    Document,
    ImageIndex,
    ImageManifest,
    Malformed,
    is_digest,
    parse_config_platform,
    parse_document,
)
from platform_guard.platforms import Platform
from tests.support.images import OMIT, Json, config, image, index, layer, listed

PLAIN = image()
CONFIG = config().descriptor()
CHILD = listed(PLAIN, "linux/amd64").descriptor
INDEX_FIELDS: Json = {"schemaVersion": 2, "manifests": [CHILD]}
MANIFEST_FIELDS: Json = {"schemaVersion": 2, "config": CONFIG, "layers": [layer()]}


def parsed(fields: object, media_type: str = "") -> Document:
    return parse_document(json.dumps(fields).encode(), media_type)


def malformed_because(document: object) -> str:
    assert isinstance(document, Malformed), document
    return document.reason


@pytest.mark.parametrize(
    "own_media_type", [media_types.OCI_MANIFEST, media_types.DOCKER_MANIFEST, None]
)
@pytest.mark.parametrize(
    "outer_media_type", [media_types.OCI_MANIFEST, media_types.DOCKER_MANIFEST, ""]
)
def test_a_manifest_is_read_whatever_it_calls_itself(
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
def test_an_index_is_read_whatever_it_calls_itself(
    own_media_type: str | None, outer_media_type: str
) -> None:
    fields = {**INDEX_FIELDS, "mediaType": own_media_type}

    document = parsed(fields, outer_media_type)

    assert isinstance(document, ImageIndex)
    assert [child.digest for child in document.manifests] == [PLAIN.digest]


def test_every_field_of_a_descriptor_is_read() -> None:
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
def test_a_field_that_may_be_left_out_may_be_null(fields: Json) -> None:
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
def test_an_index_may_list_nothing(fields: Json, media_type: str) -> None:
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


def test_null_fields_of_the_other_kind_do_no_harm() -> None:
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


SCHEMA_1: Json = {
    "schemaVersion": 1,
    "name": "app",
    "tag": "1",
    "architecture": "amd64",
    "fsLayers": [{"blobSum": PLAIN.digest}],
    "history": [{"v1Compatibility": "{}"}],
}


@pytest.mark.parametrize(
    ("fields", "media_type"),
    [
        pytest.param(SCHEMA_1, "", id="plain"),
        pytest.param({**SCHEMA_1, "signatures": [{"signature": "x"}]}, "", id="signed"),
        pytest.param(
            SCHEMA_1,
            "application/vnd.docker.distribution.manifest.v1+prettyjws",
            id="by the media type of the registry",
        ),
        pytest.param(
            {"mediaType": "application/vnd.docker.distribution.manifest.v1+json"},
            "",
            id="by its own media type",
        ),
        pytest.param({**MANIFEST_FIELDS, "fsLayers": [{}]}, "", id="mixed with schema 2"),
        pytest.param({"schemaVersion": 1}, media_types.OCI_MANIFEST, id="by its version alone"),
    ],
)
def test_docker_schema_1_is_refused_by_name(fields: Json, media_type: str) -> None:
    assert "Docker schema 1" in malformed_because(parsed(fields, media_type))


@pytest.mark.parametrize(
    ("fields", "media_type"),
    [
        pytest.param({**INDEX_FIELDS, "config": CONFIG}, "", id="index with config"),
        pytest.param({**INDEX_FIELDS, "layers": [layer()]}, "", id="index with layers"),
        pytest.param({**INDEX_FIELDS, "layers": []}, "", id="index with empty layers"),
        pytest.param({**MANIFEST_FIELDS, "manifests": []}, "", id="manifest with empty manifests"),
        pytest.param(INDEX_FIELDS, media_types.OCI_MANIFEST, id="index stored as a manifest"),
        pytest.param(
            MANIFEST_FIELDS, media_types.DOCKER_MANIFEST_LIST, id="manifest stored as an index"
        ),
        pytest.param(
            {**INDEX_FIELDS, "mediaType": media_types.DOCKER_MANIFEST},
            "",
            id="index that calls itself a manifest",
        ),
        pytest.param(
            {**MANIFEST_FIELDS, "mediaType": media_types.OCI_INDEX},
            "",
            id="manifest that calls itself an index",
        ),
        pytest.param(
            {**MANIFEST_FIELDS, "mediaType": media_types.OCI_MANIFEST},
            media_types.OCI_INDEX,
            id="manifest that the registry calls an index",
        ),
    ],
)
def test_what_reads_as_a_manifest_and_as_an_index_is_refused(fields: Json, media_type: str) -> None:
    assert (
        malformed_because(parsed(fields, media_type))
        == "it is a manifest by one sign and an index by another"
    )


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>", id="HTML"),
        pytest.param(b"{", id="cut"),
        pytest.param(b'{"manifests": []} trailing', id="trailing text"),
        pytest.param(b'{"manifests": [], "size": NaN}', id="NaN"),
        pytest.param(b'{"manifests": [], "size": -Infinity}', id="infinity"),
        pytest.param(b'\xef\xbb\xbf{"manifests": []}', id="byte order mark"),
        pytest.param('{"manifests": []}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'{"manifests": [], "\xff": 1}', id="invalid UTF-8"),
        pytest.param(b'{"manifests": [], "size": ' + b"9" * 5_000 + b"}", id="5,000 digits"),
        pytest.param(b'{"manifests": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", id="10,000 deep"),
        pytest.param(b'{"a": ' * 10_000 + b"1" + b"}" * 10_000, id="10,000 objects deep"),
    ],
)
def test_what_is_not_json_is_malformed(content: bytes) -> None:
    assert malformed_because(parse_document(content)) == "it is not JSON"
    assert malformed_because(parse_config_platform(content)) == "it is not JSON"


@pytest.mark.parametrize("value", [None, True, 5, 1.5, "text", [], [INDEX_FIELDS]], ids=repr)
def test_json_other_than_an_object_is_malformed(value: object) -> None:
    assert malformed_because(parsed(value)) == "it is not a JSON object"
    content = json.dumps(value).encode()
    assert malformed_because(parse_config_platform(content)) == "it is not a JSON object"


@pytest.mark.parametrize("media_type", ["", media_types.OCI_MANIFEST, media_types.OCI_INDEX])
@pytest.mark.parametrize("fields", [{}, {"schemaVersion": 2}, {"tags": ["latest"]}], ids=repr)
def test_an_object_of_neither_kind_is_malformed(fields: Json, media_type: str) -> None:
    reason = malformed_because(parsed(fields, media_type))

    assert reason == "it is neither a manifest nor an index"


WRONG_CHILD_FIELDS: list[Json] = [
    {"digest": OMIT},
    {"digest": 5},
    {"digest": "sha256:abc"},
    {"digest": "sha256:" + "A" * 64},
    {"digest": "md5:" + "a" * 32},
    {"digest": "sha256:" + "a" * 64 + "\n"},
    {"digest": "sha256:../" + "a" * 61},
    {"size": -1},
    {"size": True},
    {"size": "443"},
    {"size": 1.5},
    {"size": [1]},
    {"mediaType": 5},
    {"mediaType": ["application/json"]},
    {"artifactType": {}},
    {"annotations": ["vnd.docker.reference.type"]},
    {"annotations": []},
    {"annotations": ""},
    {"annotations": False},
    {"annotations": {"vnd.docker.reference.type": 5}},
    {"annotations": {"org.opencontainers.image.created": 5}},
    {"platform": []},
    {"platform": "linux/amd64"},
    {"platform": 0},
    {"platform": {"os": 1, "architecture": 2}},
    {"platform": {"os": "linux", "architecture": ["amd64"]}},
    {"platform": {"os": "linux", "architecture": "arm", "variant": 7}},
    {"platform": {"os": "windows", "architecture": "amd64", "os.version": 10.0}},
    {"platform": {"os": "linux", "architecture": "amd64", "os.features": "gpu"}},
    {"platform": {"os": "linux", "architecture": "amd64", "os.features": {}}},
    {"platform": {"os": "linux", "architecture": "amd64", "os.features": [1]}},
]


@pytest.mark.parametrize("fields", WRONG_CHILD_FIELDS, ids=repr)
def test_a_wrong_field_of_a_child_spoils_the_index(fields: Json) -> None:
    document = parse_document(index(listed(PLAIN, "linux/amd64", **fields)).content)

    assert malformed_because(document)


@pytest.mark.parametrize(
    "fields",
    [
        {"manifests": {}},
        {"manifests": {"0": CHILD}},
        {"manifests": "none"},
        {"manifests": ""},
        {"manifests": 0},
        {"manifests": False},
        {"manifests": [None]},
        {"manifests": [[]]},
        {"manifests": [PLAIN.digest]},
        {"manifests": [CHILD, 5]},
        {"schemaVersion": "2"},
        {"schemaVersion": True},
        {"schemaVersion": [2]},
        {"schemaVersion": 2.5},
        {"mediaType": 5},
        {"mediaType": {}},
        {"artifactType": ["application/spdx+json"]},
        {"annotations": ["created"]},
    ],
    ids=repr,
)
def test_a_wrong_field_of_an_index_spoils_it(fields: Json) -> None:
    assert malformed_because(parsed({**INDEX_FIELDS, **fields}))


@pytest.mark.parametrize(
    "fields",
    [
        {"config": []},
        {"config": "sha256:abc"},
        {"config": {}},
        {"config": {**CONFIG, "digest": "latest"}},
        {"config": {**CONFIG, "mediaType": ""}},
        {"config": {**CONFIG, "mediaType": None}},
        {"config": {**CONFIG, "size": -5}},
        {"config": {"digest": CONFIG["digest"]}},
        {"config": None},
        {"layers": {}},
        {"layers": ""},
        {"layers": "none"},
        {"layers": [5]},
        {"layers": [{**layer(), "size": "5"}]},
        {"layers": [{"mediaType": "application/octet-stream"}]},
        {"artifactType": 1},
        {"annotations": []},
    ],
    ids=repr,
)
def test_a_wrong_field_of_a_manifest_spoils_it(fields: Json) -> None:
    assert malformed_because(parsed({**MANIFEST_FIELDS, **fields}))


def test_a_reason_names_the_place() -> None:
    second = listed(PLAIN, "linux/amd64", size="5")

    document = parse_document(index(listed(PLAIN, "linux/amd64"), second).content)

    assert malformed_because(document) == "manifests[1] has no valid size"


@pytest.mark.parametrize(
    ("fields", "platform"),
    [
        ({"os": "linux", "architecture": "amd64"}, Platform("linux", "amd64")),
        ({"os": "Linux", "architecture": "x86_64"}, Platform("linux", "amd64")),
        ({"os": "linux", "architecture": "arm"}, Platform("linux", "arm", "v7")),
        ({"architecture": "arm64", "variant": "v8"}, Platform("linux", "arm64")),
        (
            {"os": "windows", "architecture": "amd64", "os.version": "10.0.20348.1"},
            Platform("windows", "amd64", os_version="10.0.20348.1"),
        ),
        (
            {"os": "linux", "architecture": "amd64", "os.features": ["gpu"], "history": [5]},
            Platform("linux", "amd64", os_features=frozenset({"gpu"})),
        ),
    ],
    ids=repr,
)
def test_a_config_states_a_platform(fields: Json, platform: Platform) -> None:
    assert parse_config_platform(json.dumps(fields).encode()) == platform


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"os": "", "architecture": ""},
        {"os": None, "architecture": None},
        {"os": "linux"},
        {"os": "unknown", "architecture": "unknown"},
        {"created": "2026-11-24T00:00:00Z"},
    ],
    ids=repr,
)
def test_a_config_may_state_no_platform(fields: Json) -> None:
    assert parse_config_platform(json.dumps(fields).encode()) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"os": 1, "architecture": "amd64"},
        {"os": "linux", "architecture": {}},
        {"os": "linux", "architecture": "arm", "variant": 7},
        {"os": "windows", "architecture": "amd64", "os.version": 10},
        {"os": "linux", "architecture": "amd64", "os.features": "gpu"},
    ],
    ids=repr,
)
def test_a_config_with_a_wrong_field_is_malformed(fields: Json) -> None:
    assert malformed_because(parse_config_platform(json.dumps(fields).encode()))


def test_a_config_of_half_a_character_can_still_be_printed() -> None:
    content = rb'{"os": "linux", "architecture": "\ud800"}'

    str(parse_config_platform(content)).encode()


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
def test_a_digest_is_of_a_registered_algorithm(text: str, expected: bool) -> None:
    assert is_digest(text) is expected
