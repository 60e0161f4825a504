"""The alerts for pushed images, one for each verdict with an alert and its variants."""

from platform_guard.policy.policy import IndexRule, Policy
from tests.support.images import (
    Blob,
    attestation,
    image,
    index,
    listed,
    listed_attestation,
    listed_image,
    listed_soci_index,
)
from tests.support.pushes import alert_about

ARM64_INDEX = index(listed_image("linux/arm64"), listed_attestation())
ALERTS = {
    "missing-platform-index": alert_about(ARM64_INDEX),
    "missing-platform-image": alert_about(image("linux/arm64")),
    "missing-platform-variant": alert_about(image("linux/amd64/v3")),
    "index-only-attestation": alert_about(index(listed_image("linux/amd64"), listed_attestation())),
    "index-only-soci": alert_about(
        index(listed_image("linux/amd64"), listed_soci_index("linux/amd64"))
    ),
    "index-only-forbidden": alert_about(
        index(listed_image("linux/amd64"), listed_image("linux/arm64")),
        Policy(index_rule=IndexRule.FORBID),
    ),
    "no-image": alert_about(attestation()),
    "dangling": alert_about(index(listed_image("linux/amd64")), without=[image()]),
    "mislabeled": alert_about(index(listed(image("linux/arm64"), "linux/amd64"))),
    "unreadable": alert_about(Blob(b"oops", "")),
}
