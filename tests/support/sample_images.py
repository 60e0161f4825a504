"""Images for two platforms, and an index of both."""

from platform_guard.oci.platforms import Platform
from tests.support.images import config, image, index, listed_attestation, listed_image

AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")
AMD64_IMAGE, ARM64_IMAGE = image("linux/amd64"), image("linux/arm64")
AMD64_CONFIG, ARM64_CONFIG = config("linux/amd64"), config("linux/arm64")
MULTI_PLATFORM = index(
    listed_image("linux/amd64"), listed_image("linux/arm64"), listed_attestation()
)
