"""Finds what denied a pull from Amazon ECR by the wording of the error."""

import re
from enum import StrEnum


class DenialSource(StrEnum):
    """What denied a pull, in IAM's terms for policy types."""

    LAYER_STORE = "S3"
    KEY = "KMS"
    PULL_THROUGH_CACHE = "pull-through cache"
    ENDPOINT_POLICY = "VPC endpoint policy"
    ORGANIZATION = "control policy"
    BOUNDARY = "permissions boundary"
    RESOURCE_POLICY = "resource-based policy"
    DENIED_IDENTITY = "deny in an identity-based policy"
    IDENTITY = "identity-based policy"
    """No policy allows it, or the text does not say more."""


# IAM words a denial as "because no … policy allows" or "with an explicit deny in a …":
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
# The first match counts, because a missing grant for a pull-through cache also names an
# identity-based policy.
_WORDS = (
    (DenialSource.ENDPOINT_POLICY, r"vpc endpoint policy"),
    (DenialSource.ORGANIZATION, r"(?:service|resource) control policy"),
    (DenialSource.BOUNDARY, r"permissions boundary"),
    (DenialSource.RESOURCE_POLICY, r"resource(?:-based)? policy"),
    (DenialSource.DENIED_IDENTITY, r"explicit deny"),
    (DenialSource.PULL_THROUGH_CACHE, r"ecr:(?:batchimportupstreamimage|createrepository)"),
    (DenialSource.KEY, r"kmsexception|\bkms:\w|customer master key"),
    (
        DenialSource.LAYER_STORE,
        r"starport-layer-bucket|\.s3[.-][\w.-]{0,60}amazonaws\.com"
        r"|httpread(?:er)?seeker: failed|error pulling image configuration",
    ),
)


def denial_source(text: str) -> DenialSource:
    """Return what denied a pull."""
    readable = " ".join(text.lower().split())
    return next((who for who, words in _WORDS if re.search(words, readable)), DenialSource.IDENTITY)
