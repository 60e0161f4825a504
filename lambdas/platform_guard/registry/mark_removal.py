"""Removes a mark from an image that must stay.

ECR deletes an image with its last tag and offers no condition on the other tags, which may name
another image a moment later. So the image is checked afterwards and stored again if it is gone.
"""

from enum import Enum, auto

from platform_guard.oci.reader import StoredDocument
from platform_guard.registry.images import Images
from platform_guard.registry.mark import is_mark


class UntagResult(Enum):
    """What became of a mark, and of the image with it."""

    NOT_THERE = auto()
    LAST = auto()
    """It stays: the image has no tag that is not a mark, and would go with its marks."""
    REMOVED = auto()
    RESTORED = auto()
    """The image was gone with it, and is stored again under the mark."""
    IMAGE_LOST = auto()
    """The image was gone with it, and its manifest had not been kept."""


def remove_mark(
    images: Images, mark: str, digest: str, document: StoredDocument | None
) -> UntagResult:
    """Take a mark from an image; `document` is its manifest, None where nobody has it.

    Raises ChangeRefusedError.
    """
    state = images.describe(digest)
    if state is None or mark not in state.tags:
        return UntagResult.NOT_THERE
    if all(map(is_mark, state.tags)):
        return UntagResult.LAST
    images.untag(mark, digest)
    if images.describe(digest) is not None:
        return UntagResult.REMOVED
    if document is None:
        return UntagResult.IMAGE_LOST
    images.add_tag(document, mark)
    for tag in state.tags:
        # A tag that names another image now must not be moved back.
        if not images.digest_for_tag(tag):
            images.add_tag(document, tag)
    return UntagResult.RESTORED
