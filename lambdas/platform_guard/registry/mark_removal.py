"""Removes a mark from an image that must stay.

ECR deletes an image with its last tag and offers no condition on the other tags, which may name
another image a moment later. So the image is checked afterwards and stored again if it is gone.
"""

from enum import Enum, auto

from platform_guard.oci.reader import StoredDocument
from platform_guard.registry.images import Images
from platform_guard.registry.mark import is_mark


class UntagResult(Enum):
    """The result of removing a mark."""

    NOT_FOUND = auto()
    LAST_TAG = auto()
    """The mark stays: the image has only marks, and ECR deletes it with the last one."""
    REMOVED = auto()
    RESTORED = auto()
    """ECR deleted the image with the mark; both are stored again."""
    IMAGE_DELETED = auto()
    """ECR deleted the image with the mark, and no copy of its manifest exists."""


def remove_mark(
    images: Images, mark: str, digest: str, document: StoredDocument | None
) -> UntagResult:
    """Remove a mark from an image; `document` is its manifest, None if no copy exists.

    Raises ChangeRefusedError.
    """
    state = images.describe(digest)
    if state is None or mark not in state.tags:
        return UntagResult.NOT_FOUND
    if all(map(is_mark, state.tags)):
        return UntagResult.LAST_TAG
    images.untag(mark, digest)
    if images.describe(digest) is not None:
        return UntagResult.REMOVED
    if document is None:
        return UntagResult.IMAGE_DELETED
    images.add_tag(document, mark)
    for tag in state.tags:
        # A tag that names another image now must not be moved back.
        if not images.digest_for_tag(tag):
            images.add_tag(document, tag)
    return UntagResult.RESTORED
