"""Classification of manifests: runnable images, attestations and other artifacts."""

from enum import StrEnum

from platform_guard.oci import media_types
from platform_guard.oci.manifest import Descriptor, ImageManifest


class ManifestKind(StrEnum):
    """The kind of a manifest, or why it is unknown."""

    IMAGE = "image"
    ATTESTATION = "attestation"
    """Provenance or an SBOM that BuildKit adds to an index."""
    ARTIFACT = "artifact"
    """A Helm chart, signature, SBOM, SOCI index, build cache, WASM module or similar."""
    NO_PLATFORM = "no platform"
    """An index entry without a usable platform, which no engine selects."""
    MISSING = "absent"
    """An index entry whose manifest does not exist."""
    UNREADABLE = "unreadable"
    """A manifest that exists but cannot be read."""


def kind_of_manifest(manifest: ImageManifest) -> ManifestKind:
    """Classify a manifest by its artifact type, config and layers.

    An image has an image config and, if it has layers, at least one layer that unpacks to files.
    Image specification, "Guidelines for Artifact Usage": artifactType or the config's media type
    identifies artifacts. Signatures and SBOMs by cosign 2 differ only in their layers.
    """
    by_type = _kind_by_artifact_type(manifest.artifact_type)
    if by_type is not None:
        return by_type
    if manifest.config.media_type not in media_types.IMAGE_CONFIGS:
        return ManifestKind.ARTIFACT
    layers = [layer.media_type for layer in manifest.layers]
    if not layers or any(layer.startswith(media_types.IMAGE_LAYER_PREFIXES) for layer in layers):
        return ManifestKind.IMAGE
    if all(layer == media_types.IN_TOTO for layer in layers):
        return ManifestKind.ATTESTATION
    return ManifestKind.ARTIFACT


def kind_of_descriptor(descriptor: Descriptor) -> ManifestKind | None:
    """Classify an index entry by its descriptor; None if its manifest must be read.

    SOCI and nydus list their artifacts with the platform of the image, so the artifact type takes
    precedence over the platform.
    """
    match descriptor.docker_reference_type:
        case "":
            pass
        case "attestation-manifest":
            return ManifestKind.ATTESTATION
        case _:
            return ManifestKind.ARTIFACT
    by_type = _kind_by_artifact_type(descriptor.artifact_type)
    if by_type is not None:
        return by_type
    if descriptor.media_type not in media_types.MANIFESTS | media_types.INDEXES:
        return (
            ManifestKind.NO_PLATFORM
            if descriptor.media_type in _NEVER_SELECTED
            else ManifestKind.ARTIFACT
        )
    if descriptor.platform is None:
        return None
    if not descriptor.platform.is_stated:
        return ManifestKind.NO_PLATFORM
    return ManifestKind.IMAGE if descriptor.media_type in media_types.MANIFESTS else None


_NEVER_SELECTED = media_types.DOCKER_SCHEMA_1 | {""}


def _kind_by_artifact_type(artifact_type: str) -> ManifestKind | None:
    # In a referrers list, the artifact type of an ordinary image is its config's media type:
    # distribution specification, "Listing Referrers".
    if not artifact_type or artifact_type in media_types.IMAGE_CONFIGS:
        return None
    if artifact_type == media_types.BUILDKIT_ATTESTATION:
        return ManifestKind.ATTESTATION
    return ManifestKind.ARTIFACT
