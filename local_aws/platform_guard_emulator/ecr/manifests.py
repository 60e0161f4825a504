"""The parts of a manifest that a registry reads: its media type and its references."""

import hashlib
import json
from dataclasses import dataclass
from typing import TypeGuard

from platform_guard_emulator.ecr.errors import invalid_parameter

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
MEDIA_TYPES = frozenset({OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST})


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest as pushed. The digest is that of `text`."""

    text: str
    digest: str
    media_type: str
    artifact_type: str | None
    children: tuple[str, ...]
    blobs: tuple[str, ...]
    blobs_size: int
    subject: str | None


def digest_of(content: bytes) -> str:
    """Return the OCI digest of a blob, such as `sha256:…`."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def parse_manifest(text: str, declared_media_type: str | None) -> Manifest:
    """Read a manifest as PutImage does.

    Raises RegistryError (InvalidParameterException) if it is not a JSON object, if neither the
    manifest nor the request states a media type (contract E7), if the two differ, or if ECR does
    not support the media type.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise invalid_parameter(
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: "
            "'Invalid JSON syntax'"
        ) from error
    if not _is_object(document):
        raise invalid_parameter("Invalid parameter at 'ImageManifest': not a JSON object")
    media_type = _media_type(document.get("mediaType"), declared_media_type)
    config = _object(document, "config")
    blobs = [config, *_objects(document, "layers")] if config else []
    artifact_type = document.get("artifactType") or config.get("mediaType")
    return Manifest(
        text=text,
        digest=digest_of(text.encode()),
        media_type=media_type,
        artifact_type=artifact_type if isinstance(artifact_type, str) else None,
        children=_digests(_objects(document, "manifests")),
        blobs=_digests(blobs),
        blobs_size=sum(size for blob in blobs if isinstance(size := blob.get("size"), int)),
        subject=next(iter(_digests([_object(document, "subject")])), None),
    )


def translate(manifest: Manifest, accepted: frozenset[str]) -> tuple[str, str]:
    """Return the text and media type of a manifest that was requested by tag (contract E2).

    AWS documents that ECR may translate manifests, but not how. This translates an image manifest
    between OCI and Docker v2 schema 2 if only the other form is accepted. Everything else is
    returned as stored.
    """
    if not accepted or manifest.media_type in accepted:
        return manifest.text, manifest.media_type
    forms = {OCI_MANIFEST: DOCKER_MANIFEST, DOCKER_MANIFEST: OCI_MANIFEST}
    target = forms.get(manifest.media_type)
    if target not in accepted or target is None:
        return manifest.text, manifest.media_type
    document = json.loads(manifest.text)
    document["mediaType"] = target
    for blob in [document["config"], *document["layers"]]:
        blob["mediaType"] = _BLOB_FORMS[target].get(blob["mediaType"], blob["mediaType"])
    return json.dumps(document, indent=3), target


_DOCKER_BLOBS = {
    "application/vnd.oci.image.config.v1+json": "application/vnd.docker.container.image.v1+json",
    "application/vnd.oci.image.layer.v1.tar+gzip": (
        "application/vnd.docker.image.rootfs.diff.tar.gzip"
    ),
}
_BLOB_FORMS = {
    DOCKER_MANIFEST: _DOCKER_BLOBS,
    OCI_MANIFEST: {docker: oci for oci, docker in _DOCKER_BLOBS.items()},
}


def _media_type(stated: object, declared: str | None) -> str:
    if stated is None and declared is None:
        raise invalid_parameter("image manifest mediatype not provided in manifest or parameter")
    if stated is not None and declared is not None and stated != declared:
        raise invalid_parameter(
            f"image manifest states mediaType '{stated}', the request '{declared}'"
        )
    media_type = declared if stated is None else stated
    if not isinstance(media_type, str) or media_type not in MEDIA_TYPES:
        raise invalid_parameter(f"unsupported image manifest media type '{media_type}'")
    return media_type


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _object(document: dict[str, object], key: str) -> dict[str, object]:
    value = document.get(key)
    return value if _is_object(value) else {}


def _objects(document: dict[str, object], key: str) -> list[dict[str, object]]:
    value = document.get(key)
    return [item for item in value if _is_object(item)] if isinstance(value, list) else []


def _digests(descriptors: list[dict[str, object]]) -> tuple[str, ...]:
    digests = (descriptor.get("digest") for descriptor in descriptors)
    return tuple(digest for digest in digests if isinstance(digest, str))
