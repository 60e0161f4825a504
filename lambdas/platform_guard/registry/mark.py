"""The mark: an image tag that names the finding of an image.

AWS resource tags exist for repositories only, so the guard marks an image with an image tag.
"""

import hashlib

MARK_PREFIX = "platform-guard."
"""The prefix of every mark. The guard ignores pushes of tags that start with it."""

# Distribution specification, "Pulling manifests": [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}
_TAG_LENGTH_LIMIT = 128
_SHORT_DIGEST_LENGTH = 12
_CUT_TAG_HASH_LENGTH = 8


def is_mark(tag: str) -> bool:
    """Return whether a tag is a mark of the guard."""
    return tag.startswith(MARK_PREFIX)


def mark_for(finding: str, tag: str, digest: str) -> str:
    """Return the mark of an image: `platform-guard.<finding>.<tag>.<first 12 hex digits>`.

    A tag that does not fit into 128 characters is cut and gets a hash of the whole tag, so that
    the marks of two long tags differ.
    """
    head = f"{MARK_PREFIX}{finding}."
    tail = "." + digest.partition(":")[2][:_SHORT_DIGEST_LENGTH]
    room = _TAG_LENGTH_LIMIT - len(head) - len(tail)
    if len(tag) > room:
        tag_hash = hashlib.sha256(tag.encode()).hexdigest()[:_CUT_TAG_HASH_LENGTH]
        tag = f"{tag[: room - _CUT_TAG_HASH_LENGTH - 1]}.{tag_hash}"
    return head + tag + tail
