"""Malformed manifests and indexes, and the reasons."""

import json

import pytest

from platform_guard.oci import media_types
from platform_guard.oci.manifest import parse_config_platform, parse_document
from tests.support.documents import (
    CHILD,
    CONFIG,
    INDEX_FIELDS,
    MANIFEST_FIELDS,
    PLAIN,
    malformed_reason,
    parsed,
)
from tests.support.images import OMIT, Json, index, layer, listed

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
        pytest.param({"schemaVersion": 1}, media_types.OCI_MANIFEST, id="by its version only"),
    ],
)
def test_a_docker_schema_1_manifest_is_malformed(fields: Json, media_type: str) -> None:
    assert "Docker schema 1" in malformed_reason(parsed(fields, media_type))


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
def test_a_document_that_is_a_manifest_and_an_index_is_malformed(
    fields: Json, media_type: str
) -> None:
    assert (
        malformed_reason(parsed(fields, media_type))
        == "it is ambiguous: both a manifest and an index"
    )


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>", id="HTML"),
        pytest.param(b"{", id="truncated"),
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
def test_content_that_is_not_json_is_malformed(content: bytes) -> None:
    assert malformed_reason(parse_document(content)) == "it is not JSON"
    assert malformed_reason(parse_config_platform(content)) == "it is not JSON"


@pytest.mark.parametrize("value", [None, True, 5, 1.5, "text", [], [INDEX_FIELDS]], ids=repr)
def test_json_other_than_an_object_is_malformed(value: object) -> None:
    assert malformed_reason(parsed(value)) == "it is not a JSON object"
    content = json.dumps(value).encode()
    assert malformed_reason(parse_config_platform(content)) == "it is not a JSON object"


@pytest.mark.parametrize("media_type", ["", media_types.OCI_MANIFEST, media_types.OCI_INDEX])
@pytest.mark.parametrize("fields", [{}, {"schemaVersion": 2}, {"tags": ["latest"]}], ids=repr)
def test_an_object_that_is_neither_manifest_nor_index_is_malformed(
    fields: Json, media_type: str
) -> None:
    reason = malformed_reason(parsed(fields, media_type))

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
def test_a_wrong_field_of_a_child_makes_the_index_malformed(fields: Json) -> None:
    document = parse_document(index(listed(PLAIN, "linux/amd64", **fields)).content)

    assert malformed_reason(document)


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
def test_a_wrong_field_of_an_index_makes_it_malformed(fields: Json) -> None:
    assert malformed_reason(parsed({**INDEX_FIELDS, **fields}))


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
def test_a_wrong_field_of_a_manifest_makes_it_malformed(fields: Json) -> None:
    assert malformed_reason(parsed({**MANIFEST_FIELDS, **fields}))


def test_a_reason_names_the_malformed_entry() -> None:
    second = listed(PLAIN, "linux/amd64", size="5")

    document = parse_document(index(listed(PLAIN, "linux/amd64"), second).content)

    assert malformed_reason(document) == "manifests[1] has no valid size"
