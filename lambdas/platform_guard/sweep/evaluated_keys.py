"""Which images were judged, and by which policy, in eight bytes each.

A repository may hold 100,000 images, and an item of DynamoDB 400 KB.
"""

import hashlib
from collections.abc import Iterable, Iterator

KEY_BYTES = 8
"""Of a hash. That two of 100,000 images have the same one is as likely as 3 in 10,000,000,000."""

KEYS_PER_ITEM = 40_000
"""So that an item stays below 400 KB, and one transaction of a few such below 4 MB."""


def key_of(digest: str, policy_fingerprint: str) -> bytes:
    """Name an image under a policy; another policy gives it another name."""
    name = f"{digest} {policy_fingerprint}"
    return hashlib.sha256(name.encode()).digest()[:KEY_BYTES]


def image_key(digest: str) -> bytes:
    """Name an image that was judged, by whatever policy."""
    return key_of(digest, "")


def waiting_key(digest: str, policy_fingerprint: str) -> bytes:
    """Name an image that was told of, and is still to be remedied as a policy says."""
    return key_of(digest, f"waiting {policy_fingerprint}")


def pack(keys: Iterable[bytes]) -> list[bytes]:
    """Write keys as the contents of items, at least one."""
    ordered = sorted(keys)
    starts = range(0, max(len(ordered), 1), KEYS_PER_ITEM)
    return [b"".join(ordered[start : start + KEYS_PER_ITEM]) for start in starts]


def unpack(contents: Iterable[bytes]) -> Iterator[bytes]:
    """Read keys from the contents of items."""
    for content in contents:
        for start in range(0, len(content), KEY_BYTES):
            yield content[start : start + KEY_BYTES]
