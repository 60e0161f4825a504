"""Parsing of image manifests, image indexes and image configs.

Container engines fail to unmarshal a document with a field of the wrong type, so such a document is
malformed as a whole. https://github.com/opencontainers/image-spec/blob/main/manifest.md
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from platform_guard.oci import media_types
from platform_guard.oci.platforms import Platform, normalize_platform

# Image specification, "Digests": algorithm ":" encoded, for the registered algorithms.
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")

# Far longer than any real platform name. Alerts and logs contain these names.
_PLATFORM_NAME_LIMIT = 64

_REFERENCE_TYPE = "vnd.docker.reference.type"


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A reference to another document or blob."""

    media_type: str
    digest: str
    size: int | None
    platform: Platform | None
    """Normalized; None if only the image config states it."""
    artifact_type: str
    docker_reference_type: str
    """`attestation-manifest` for an attestation that BuildKit lists in an index."""


@dataclass(frozen=True, slots=True)
class ImageManifest:
    """One image for one platform, or an artifact in the shape of an image."""

    artifact_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]


@dataclass(frozen=True, slots=True)
class ImageIndex:
    """A list of manifests, possibly including nested indexes."""

    artifact_type: str
    manifests: tuple[Descriptor, ...]


@dataclass(frozen=True, slots=True)
class ArtifactManifest:
    """A document whose media type makes it an artifact."""

    artifact_type: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """A document that container engines reject, and why."""

    reason: str


Document = ImageManifest | ImageIndex | ArtifactManifest | Malformed


class _MalformedError(ValueError):
    """A document violates its specification."""


def is_digest(text: str) -> bool:
    """Return whether a string is a digest with a registered algorithm."""
    return _DIGEST.fullmatch(text) is not None


def matches_descriptor(content: bytes, digest: str, size: int | None) -> bool:
    """Return whether content has the digest and size of its descriptor.

    Image specification, "Descriptors": content of another size or digest must not be trusted.
    """
    algorithm, _, encoded = digest.partition(":")
    return (size is None or len(content) == size) and (
        hashlib.new(algorithm, content).hexdigest() == encoded
    )


def parse_document(content: bytes, media_type: str = "") -> Document:
    """Parse a manifest or an index.

    `media_type` comes from the registry or the descriptor; empty if unknown.
    """
    try:
        return _document(_json_object(content), media_type)
    except _MalformedError as error:
        return Malformed(str(error))


def parse_config_platform(content: bytes) -> Platform | Malformed | None:
    """Return the normalized platform of an image config, or None if it states none.

    https://github.com/opencontainers/image-spec/blob/main/config.md#properties
    """
    try:
        platform = _platform(_json_object(content))
    except _MalformedError as error:
        return Malformed(str(error))
    return platform if platform.is_stated else None


def _json_object(content: bytes) -> Mapping[str, object]:
    try:
        document = json.loads(content.decode(), parse_constant=_reject_constant)
    except (ValueError, RecursionError) as error:
        raise _MalformedError("it is not JSON") from error
    if not isinstance(document, dict):
        raise _MalformedError("it is not a JSON object")
    return document


def _reject_constant(constant: str) -> NoReturn:
    raise _MalformedError(f"{constant} is not JSON")


def _document(fields: Mapping[str, object], outer_media_type: str) -> Document:
    own_media_type = _text(fields, "mediaType")
    types = {own_media_type, outer_media_type}
    version = fields.get("schemaVersion")
    if types & media_types.DOCKER_SCHEMA_1 or fields.get("fsLayers") or version == 1:
        raise _MalformedError(
            "it is a Docker schema 1 manifest, which current container engines reject"
        )
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise _MalformedError("schemaVersion is not a number")
    _annotations(fields)
    if media_types.OCI_ARTIFACT_MANIFEST in types:
        return ArtifactManifest(_text(fields, "artifactType"))

    # Image specification 1.0.2 and CVE-2021-41190: engines disagree on the meaning of a document
    # that is valid both as a manifest and as an index.
    looks_like_index = fields.get("manifests") is not None
    looks_like_manifest = any(fields.get(name) is not None for name in ("config", "layers"))
    is_index = bool(types & media_types.INDEXES)
    is_manifest = bool(types & media_types.MANIFESTS)
    if (looks_like_index or is_index) and (looks_like_manifest or is_manifest):
        raise _MalformedError("it is ambiguous: both a manifest and an index")
    if looks_like_index or (is_index and "manifests" in fields):
        return ImageIndex(_text(fields, "artifactType"), _descriptors(fields, "manifests"))
    if looks_like_manifest:
        return _image_manifest(fields)
    raise _MalformedError("it is neither a manifest nor an index")


def _image_manifest(fields: Mapping[str, object]) -> ImageManifest:
    try:
        config = _descriptor(fields.get("config"))
    except _MalformedError as error:
        raise _MalformedError(f"config {error}") from error
    if not config.media_type:
        raise _MalformedError("config has no mediaType")
    return ImageManifest(_text(fields, "artifactType"), config, _descriptors(fields, "layers"))


def _descriptors(fields: Mapping[str, object], name: str) -> tuple[Descriptor, ...]:
    descriptors = []
    for number, item in enumerate(_list(fields, name)):
        try:
            descriptors.append(_descriptor(item))
        except _MalformedError as error:
            raise _MalformedError(f"{name}[{number}] {error}") from error
    return tuple(descriptors)


def _descriptor(value: object) -> Descriptor:
    if not isinstance(value, dict):
        raise _MalformedError("is not an object")
    digest = _text(value, "digest")
    if not is_digest(digest):
        raise _MalformedError("has no valid digest")
    size = value.get("size")
    if size is not None and (not isinstance(size, int) or isinstance(size, bool) or size < 0):
        raise _MalformedError("has no valid size")
    platform = value.get("platform")
    if platform is not None and not isinstance(platform, dict):
        raise _MalformedError("platform is not an object")
    return Descriptor(
        media_type=_text(value, "mediaType"),
        digest=digest,
        size=size,
        platform=None if platform is None else _platform(platform),
        artifact_type=_text(value, "artifactType"),
        docker_reference_type=_annotations(value).get(_REFERENCE_TYPE) or "",
    )


def _platform(fields: Mapping[str, object]) -> Platform:
    features = _list(fields, "os.features")
    if not all(isinstance(feature, str) for feature in features):
        raise _MalformedError("os.features is not a list of strings")
    return normalize_platform(
        Platform(
            os=_platform_name(fields, "os"),
            architecture=_platform_name(fields, "architecture"),
            variant=_platform_name(fields, "variant"),
            os_version=_platform_name(fields, "os.version"),
            os_features=frozenset(map(str, features)),
        )
    )


def _platform_name(fields: Mapping[str, object], name: str) -> str:
    text = _text(fields, name)
    if len(text) > _PLATFORM_NAME_LIMIT:
        raise _MalformedError(f"{name} is longer than {_PLATFORM_NAME_LIMIT} characters")
    return text


def _annotations(fields: Mapping[str, object]) -> Mapping[str, str | None]:
    annotations = fields.get("annotations")
    if annotations is None:
        return {}
    if not isinstance(annotations, dict):
        raise _MalformedError("annotations is not an object")
    if not all(value is None or isinstance(value, str) for value in annotations.values()):
        raise _MalformedError("annotations has values that are not strings")
    return annotations


def _list(fields: Mapping[str, object], name: str) -> list[object]:
    items = fields.get(name)
    if items is None:
        # Go encodes an empty list as null.
        return []
    if not isinstance(items, list):
        raise _MalformedError(f"{name} is not a list")
    return items


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _MalformedError(f"{name} is not a string")
    # JSON can escape an unpaired surrogate, which cannot be printed. Go decodes it as U+FFFD.
    return value if value.isascii() else re.sub("[\ud800-\udfff]", "\ufffd", value)
