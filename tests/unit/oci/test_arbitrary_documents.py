"""No image content causes an exception, or a finding without evidence."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_guard.oci import media_types
from platform_guard.oci.classification import ManifestKind
from platform_guard.oci.manifest import Malformed, parse_config_platform, parse_document
from platform_guard.oci.platforms import Platform
from platform_guard.oci.reader import ReadRequest, StoredDocument, read_image
from platform_guard.policy.evaluation import evaluate
from platform_guard.policy.policy import IndexRule, Policy
from platform_guard.policy.verdict import Finding
from tests.support.images import MemoryStore, digest_of
from tests.support.known_images import known_images

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
Place: TypeAlias = tuple[int | str, ...]

THOROUGHLY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])

POLICIES = [
    Policy(required_platforms=required, index_rule=IndexRule.ALLOW, verify_config=verify)
    for required in (
        (Platform("linux", "amd64"),),
        (Platform("linux", "arm64"), Platform("windows", "amd64", os_version="10.0.20348")),
    )
    for verify in (True, False)
]

NAMES = [
    "schemaVersion",
    "mediaType",
    "artifactType",
    "config",
    "layers",
    "manifests",
    "digest",
    "size",
    "platform",
    "annotations",
    "os",
    "architecture",
    "variant",
    "os.version",
    "os.features",
    "fsLayers",
    "vnd.docker.reference.type",
]
TEXTS = [
    *sorted(media_types.INDEXES | media_types.MANIFESTS | media_types.IMAGE_CONFIGS),
    media_types.OCI_ARTIFACT_MANIFEST,
    media_types.BUILDKIT_ATTESTATION,
    digest_of(b"{}"),
    "linux",
    "amd64",
    "unknown",
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10)
    | st.sampled_from(TEXTS)
)
JSON_VALUES: st.SearchStrategy[Value] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)
MEDIA_TYPES = st.sampled_from(["", *TEXTS])


def evaluate_every_way(root: StoredDocument, store: MemoryStore) -> None:
    for policy in POLICIES:
        request = ReadRequest(policy.required_platforms, policy.verify_config)
        image = read_image(root, store, request, lambda: 0.0)
        verdict = evaluate(image, policy)
        assert verdict.reason
        if verdict.name is Finding.MISSING_PLATFORM:
            assert any(
                item.role is ManifestKind.IMAGE and item.platform for item in verdict.evidence
            )


@THOROUGHLY
@given(st.binary(max_size=300), MEDIA_TYPES)
def test_arbitrary_bytes_get_a_verdict(content: bytes, media_type: str) -> None:
    parse_document(content, media_type)
    parse_config_platform(content)
    evaluate_every_way(StoredDocument(digest_of(content), content, media_type), MemoryStore({}))


@THOROUGHLY
@given(JSON_VALUES, JSON_VALUES, MEDIA_TYPES)
def test_arbitrary_json_gets_a_verdict(value: Value, other: Value, media_type: str) -> None:
    content, inner = json.dumps(value).encode(), json.dumps(other).encode()
    child = StoredDocument(digest_of(inner), inner)
    wrapped = json.dumps(
        {
            "manifests": [
                {"mediaType": media_types.OCI_MANIFEST, "digest": child.digest, "size": len(inner)}
            ]
        }
    ).encode()
    store = MemoryStore({child.digest: child, digest_of(b"{}"): child})

    assert not isinstance(parse_document(wrapped), Malformed)
    parse_config_platform(content)
    evaluate_every_way(StoredDocument(digest_of(content), content, media_type), store)
    evaluate_every_way(StoredDocument(digest_of(wrapped), wrapped), store)


def documents_of(layout: Path) -> dict[str, bytes]:
    """Read the manifests and configs of a layout, by digest."""
    blobs = sorted((layout / "blobs/sha256").iterdir())
    contents = {f"sha256:{blob.name}": blob.read_bytes() for blob in blobs}
    return {
        digest: content
        for digest, content in contents.items()
        if len(content) < 20_000 and content.startswith(b"{") and b'"_type"' not in content
    }


REAL_IMAGES = [(image.digest, documents_of(image.layout)) for image in known_images()]


def paths_in(value: Value, path: Place = ()) -> Iterator[Place]:
    if path:
        yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from paths_in(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths_in(inner, (*path, number))


def mutated(value: Value, path: Place, operation: str, replacement: Value) -> Value:
    """Replace, delete or duplicate the value at a path."""
    step, *rest = path
    if isinstance(value, dict) and isinstance(step, str):
        if rest:
            changed = mutated(value[step], tuple(rest), operation, replacement)
            return {**value, step: changed}
        if operation == "delete":
            return {name: inner for name, inner in value.items() if name != step}
        if operation == "duplicate":
            return {**value, step: [value[step], value[step]]}
        return {**value, step: replacement}
    assert isinstance(value, list)
    assert isinstance(step, int)
    before, here, after = value[:step], value[step], value[step + 1 :]
    if rest:
        return [*before, mutated(here, tuple(rest), operation, replacement), *after]
    items: dict[str, list[Value]] = {
        "delete": [],
        "duplicate": [here, here],
        "replace": [replacement],
    }
    return [*before, *items[operation], *after]


def relinked(
    root: str, documents: dict[str, bytes], changed: str, content: bytes
) -> tuple[str, dict[str, bytes]]:
    """Change one document, and update its digest and size in the documents that reference it."""
    rebuilt: dict[str, bytes] = {}
    new_digests: dict[str, str] = {}

    def rebuild(digest: str) -> str:
        if digest not in new_digests:
            new = content if digest == changed else relink(documents[digest])
            new_digests[digest] = "sha256:" + hashlib.sha256(new).hexdigest()
            rebuilt[new_digests[digest]] = new
        return new_digests[digest]

    def relink(old: bytes) -> bytes:
        value = json.loads(old)
        described = [value.get("config"), *(value.get("manifests") or [])]
        is_changed = False
        for descriptor in described:
            if isinstance(descriptor, dict) and descriptor.get("digest") in documents:
                new_digest = rebuild(descriptor["digest"])
                is_changed |= new_digest != descriptor["digest"]
                descriptor["digest"] = new_digest
                descriptor["size"] = len(rebuilt[new_digest])
        return json.dumps(value).encode() if is_changed else old

    return rebuild(root), rebuilt


@THOROUGHLY
@given(st.data())
def test_a_mutated_real_image_gets_a_verdict(data: st.DataObject) -> None:
    root, documents = data.draw(st.sampled_from(REAL_IMAGES))
    changed = data.draw(
        st.sampled_from(
            [digest for digest, content in documents.items() if content.strip() != b"{}"]
        )
    )
    value = json.loads(documents[changed])
    path = data.draw(st.sampled_from(list(paths_in(value))))
    operation = data.draw(st.sampled_from(["replace", "delete", "duplicate"]))
    new_value = mutated(value, path, operation, data.draw(JSON_VALUES))
    new_root, rebuilt = relinked(root, documents, changed, json.dumps(new_value).encode())
    store = MemoryStore(
        {digest: StoredDocument(digest, content) for digest, content in rebuilt.items()}
    )

    evaluate_every_way(store.contents[new_root], store)
