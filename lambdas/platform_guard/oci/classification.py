"""What a manifest is for: an image to run, an attestation about one, or some other artifact."""

from enum import StrEnum

from platform_guard.oci import media_types
from platform_guard.oci.manifest import Descriptor, ImageManifest


class ManifestKind(StrEnum):
    """What a manifest is for, as far as it is known."""

    IMAGE = "image"
    ATTESTATION = "attestation"
    """Provenance or an SBOM of an image, as BuildKit adds them to an index."""
    ARTIFACT = "artifact"
    """A Helm chart, signature, SBOM, SOCI index, build cache, WASM module and the like."""
    NO_PLATFORM = "no platform"
    """Listed in an index for no platform at all, so no engine picks it."""
    MISSING = "absent"
    """Listed in an index, but not there."""
    UNREADABLE = "unreadable"
    """There, but it cannot be told what it is."""


def kind_of_manifest(manifest: ImageManifest) -> ManifestKind:
    """Tell an image from attestations and artifacts.

    An image has an image config and, if it has layers, at least one that unpacks to files. Image
    specification, "Guidelines for Artifact Usage": artifactType or the config's media type tells
    artifacts; signatures and SBOMs by cosign 2 differ only by their layers.
    """
    by_type = _role_of_artifact_type(manifest.artifact_type)
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
    """Tell what an index lists, without reading it; None where only reading it can tell.

    SOCI and nydus list their artifacts with the platform of the image, so the artifact type counts
    before the platform.
    """
    match descriptor.docker_reference_type:
        case "":
            pass
        case "attestation-manifest":
            return ManifestKind.ATTESTATION
        case _:
            return ManifestKind.ARTIFACT
    by_type = _role_of_artifact_type(descriptor.artifact_type)
    if by_type is not None:
        return by_type
    if descriptor.media_type not in media_types.MANIFESTS | media_types.INDEXES:
        return (
            ManifestKind.NO_PLATFORM
            if descriptor.media_type in _NEVER_PICKED
            else ManifestKind.ARTIFACT
        )
    if descriptor.platform is None:
        return None
    if not descriptor.platform.is_stated:
        return ManifestKind.NO_PLATFORM
    return ManifestKind.IMAGE if descriptor.media_type in media_types.MANIFESTS else None


_NEVER_PICKED = media_types.DOCKER_SCHEMA_1 | {""}


def _role_of_artifact_type(artifact_type: str) -> ManifestKind | None:
    # A referrers list gives the config's media type as the artifact type of an ordinary image:
    # distribution specification, "Listing Referrers".
    if not artifact_type or artifact_type in media_types.IMAGE_CONFIGS:
        return None
    if artifact_type == media_types.BUILDKIT_ATTESTATION:
        return ManifestKind.ATTESTATION
    return ManifestKind.ARTIFACT
