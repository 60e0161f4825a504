"""Contracts E5, E6 and E14 as the remedies rely on them."""

from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from tests.contract.repository import (
    UNKNOWN_DIGEST,
    ScratchRepository,
    codes,
    image,
    index,
    rejected,
)


def test_e05_untagging_by_tag_and_digest_deletes_the_image_with_its_last_tag(
    repository: ScratchRepository,
) -> None:
    """The remedy `delete` removes one tag after another; ECR deletes the image with the last."""
    digest = repository.push(image(), "v1", "mark")

    assert repository.delete({"imageTag": "v1", "imageDigest": digest})["failures"] == []
    assert repository.tags_of(digest) == {"mark"}
    assert repository.delete({"imageTag": "mark", "imageDigest": digest})["failures"] == []

    assert repository.described(digest) is None


def test_e05_a_tag_pushed_meanwhile_keeps_the_image(repository: ScratchRepository) -> None:
    """ECR uses the tags at the time of the call, not those that were described before."""
    digest = repository.push(image(), "v1")
    repository.put(image(), "pushed-meanwhile")

    assert repository.delete({"imageTag": "v1", "imageDigest": digest})["failures"] == []

    assert repository.tags_of(digest) == {"pushed-meanwhile"}


def test_e05_a_repeated_untag_returns_image_not_found(repository: ScratchRepository) -> None:
    """A retry after a lost response receives ImageNotFound."""
    digest = repository.push(image(), "v1", "mark")
    repository.delete({"imageTag": "v1", "imageDigest": digest})

    answer = repository.delete({"imageTag": "v1", "imageDigest": digest})

    assert codes(answer["failures"]) == ["ImageNotFound"]
    assert repository.tags_of(digest) == {"mark"}


def test_e05_a_deleted_index_leaves_its_untagged_children(repository: ScratchRepository) -> None:
    """Children stay, because another index or a running host may need them."""
    child = image()
    repository.push(child)
    parent = repository.push(index(child), "v1")

    repository.delete({"imageTag": "v1", "imageDigest": parent})

    assert repository.tags_of(parent) is None
    assert repository.tags_of(child.digest) == set()


@pytest.mark.parametrize("has_other_tag", [False, True])
def test_e05_removing_a_mark_deletes_an_image_without_another_tag(
    repository: ScratchRepository, *, has_other_tag: bool
) -> None:
    """Adding and removing a mark deletes an image only if it has no other tag."""
    digest = repository.push(image())
    repository.put(image(), "mark")
    if has_other_tag:
        repository.put(image(), "pushed-meanwhile")

    assert repository.delete({"imageTag": "mark", "imageDigest": digest})["failures"] == []

    assert repository.tags_of(digest) == ({"pushed-meanwhile"} if has_other_tag else None)


def test_e06_the_last_tag_of_a_child_cannot_be_removed_by_tag_and_digest(
    repository: ScratchRepository,
) -> None:
    """The index protects the last tag of a child; its other tags can be removed."""
    child = image()
    repository.push(child, "v1", "mark")
    repository.push(index(child), "multi")

    assert repository.delete({"imageTag": "v1", "imageDigest": child.digest})["failures"] == []
    answer = repository.delete({"imageTag": "mark", "imageDigest": child.digest})

    assert codes(answer["failures"]) == ["ImageReferencedByManifestList"]
    assert repository.tags_of(child.digest) == {"mark"}


def test_e14_an_archived_image_keeps_all_its_tags(repository: ScratchRepository) -> None:
    """The tags cannot be pulled, and all of them are kept."""
    digest = repository.push(image(), "v1", "mark")

    repository.move(digest, "ARCHIVE")

    assert repository.digest_for_tag("v1") is None
    assert repository.digest_for_tag("mark") is None
    detail = repository.described(digest)
    assert detail is not None
    assert set(detail["imageTags"]) == {"v1", "mark"}


def test_e14_archiving_an_index_leaves_its_children_active(repository: ScratchRepository) -> None:
    """The children are not archived, so one call restores the index."""
    child = image()
    repository.push(child)
    parent = repository.push(index(child), "v1")

    assert repository.move(parent, "ARCHIVE") == "ARCHIVED"

    detail = repository.described(child.digest)
    assert detail is not None
    assert detail["imageStatus"] == "ACTIVE"


def test_e14_archiving_and_restoring_keep_the_push_time(
    repository: ScratchRepository,
) -> None:
    """The guard protects images by their push time, also after an undo."""
    digest = repository.push(image(), "v1")
    before = repository.described(digest)

    repository.move(digest, "ARCHIVE")
    archived = repository.described(digest)
    repository.move(digest, "STANDARD")
    restored = repository.described(digest)

    assert before is not None
    assert archived is not None
    assert restored is not None
    assert archived["imagePushedAt"] == before["imagePushedAt"]
    assert restored["imagePushedAt"] == before["imagePushedAt"]


def test_e14_archiving_twice_changes_nothing(repository: ScratchRepository) -> None:
    """AWS does not document whether the second call fails; the guard handles both."""
    digest = repository.push(image(), "v1")
    repository.move(digest, "ARCHIVE")

    with suppress(ClientError):
        repository.move(digest, "ARCHIVE")

    detail = repository.described(digest)
    assert detail is not None
    assert detail["imageStatus"] == "ARCHIVED"


def test_e14_a_push_restores_an_archived_image(repository: ScratchRepository) -> None:
    """An added tag is a push as well, so the guard must add its mark before archiving."""
    digest = repository.push(image(), "v1")
    repository.move(digest, "ARCHIVE")

    repository.put(image(), "v2")

    detail = repository.described(digest)
    assert detail is not None
    assert detail["imageStatus"] in {"ACTIVATING", "ACTIVE"}
    assert set(detail["imageTags"]) == {"v1", "v2"}


def test_e14_an_unknown_image_cannot_be_archived(repository: ScratchRepository) -> None:
    """UpdateImageStorageClass raises ImageNotFoundException."""
    with rejected("ImageNotFoundException"):
        repository.move(UNKNOWN_DIGEST, "ARCHIVE")
