"""Media types of manifests, configs and layers.

https://github.com/opencontainers/image-spec/blob/main/media-types.md
https://distribution.github.io/distribution/spec/manifest-v2-2/#media-types
"""

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"

INDEXES = frozenset({OCI_INDEX, DOCKER_MANIFEST_LIST})
MANIFESTS = frozenset({OCI_MANIFEST, DOCKER_MANIFEST})

DOCKER_SCHEMA_1 = frozenset(
    {
        "application/vnd.docker.distribution.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
    }
)

OCI_ARTIFACT_MANIFEST = "application/vnd.oci.artifact.manifest.v1+json"
"""From release candidates of OCI 1.1; some registries still contain such manifests."""

IMAGE_CONFIGS = frozenset(
    {
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.docker.container.image.v1+json",
    }
)

IMAGE_LAYER_PREFIXES = ("application/vnd.oci.image.layer.", "application/vnd.docker.image.rootfs.")

BUILDKIT_ATTESTATION = "application/vnd.docker.attestation.manifest.v1+json"
"""The artifact type of attestation manifests from newer BuildKit versions."""

IN_TOTO = "application/vnd.in-toto+json"
"""The layer media type of BuildKit's attestation manifests."""
