"""Images and policies for tables of verdicts."""

from platform_guard.oci import media_types
from platform_guard.oci.platforms import Platform
from platform_guard.policy.policy import IndexRule, Policy
from tests.support.images import Blob, Listed, image, listed, listed_image

WINDOWS = Platform("windows", "amd64", os_version="10.0.20348")


def requiring(*platforms: Platform, rule: IndexRule = IndexRule.ALLOW) -> Policy:
    return Policy(required_platforms=platforms, index_rule=rule)


def mislabeled(listed_as: str, config_says: str) -> Listed:
    return listed(image(config_says), listed_as)


AMD64_CHILD, ARM64_CHILD = listed_image("linux/amd64"), listed_image("linux/arm64")
BROKEN = Blob(b"oops", media_types.OCI_MANIFEST)
