"""The mark: an image tag that says what the guard found about an image.

AWS resource tags exist for repositories only, so an image is marked with one more image tag.
"""

import hashlib

MARK_PREFIX = "platform-guard."
"""What every mark begins with, so that the guard's own pushes are known as such."""

# Distribution specification, "Pulling manifests": [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}
_TAG_LENGTH_LIMIT = 128
_SHORT_DIGEST_LENGTH = 12
_CUT_TAG_HASH_LENGTH = 8


def is_mark(tag: str) -> bool:
    """Tell whether a tag is one of the guard's own."""
    return tag.startswith(MARK_PREFIX)


def mark_for(finding: str, tag: str, digest: str) -> str:
    """Name the mark of an image: `platform-guard.<finding>.<tag>.<first 12 of the digest>`.

    A tag too long to fit is cut; a hash of the whole tag keeps the marks of two such tags apart.
    """
    head = f"{MARK_PREFIX}{finding}."
    tail = "." + digest.partition(":")[2][:_SHORT_DIGEST_LENGTH]
    room = _TAG_LENGTH_LIMIT - len(head) - len(tail)
    if len(tag) > room:
        tag_hash = hashlib.sha256(tag.encode()).hexdigest()[:_CUT_TAG_HASH_LENGTH]
        tag = f"{tag[: room - _CUT_TAG_HASH_LENGTH - 1]}.{tag_hash}"
    return head + tag + tail
