"""Contracts E5, E6 and E14 as the remedies rely on them: which tag goes, and what with it."""

from contextlib import suppress

import pytest
from botocore.exceptions import ClientError

from tests.contract.repository import (
    UNKNOWN_DIGEST,
    ScratchRepository,
    codes,
    image,
    index,
    refused,
)


def test_e05_by_tag_and_digest_the_image_goes_with_its_last_tag(
    repository: ScratchRepository,
) -> None:
    """The remedy `delete` takes one tag after the other, and relies on the image to go then."""
    digest = repository.push(image(), "v1", "mark")

    assert repository.delete({"imageTag": "v1", "imageDigest": digest})["failures"] == []
    assert repository.tags_of(digest) == {"mark"}
    assert repository.delete({"imageTag": "mark", "imageDigest": digest})["failures"] == []

    assert repository.described(digest) is None


def test_e05_a_tag_that_came_meanwhile_keeps_the_image(repository: ScratchRepository) -> None:
    """What is said about the tags before does not matter, but what they are at that moment."""
    digest = repository.push(image(), "v1")
    repository.put(image(), "pushed-meanwhile")

    assert repository.delete({"imageTag": "v1", "imageDigest": digest})["failures"] == []

    assert repository.tags_of(digest) == {"pushed-meanwhile"}


def test_e05_a_tag_is_taken_away_once(repository: ScratchRepository) -> None:
    """Who takes it again, since the answer was lost, is told that there is no such tag."""
    digest = repository.push(image(), "v1", "mark")
    repository.delete({"imageTag": "v1", "imageDigest": digest})

    answer = repository.delete({"imageTag": "v1", "imageDigest": digest})

    assert codes(answer["failures"]) == ["ImageNotFound"]
    assert repository.tags_of(digest) == {"mark"}


def test_e05_an_index_leaves_its_children_without_a_tag(repository: ScratchRepository) -> None:
    """They stay when it goes: nothing that another index or a host needs goes along."""
    child = image()
    repository.push(child)
    parent = repository.push(index(child), "v1")

    repository.delete({"imageTag": "v1", "imageDigest": parent})

    assert repository.tags_of(parent) is None
    assert repository.tags_of(child.digest) == set()


@pytest.mark.parametrize("has_other_tag", [False, True])
def test_e05_an_untagged_image_goes_with_a_tag_that_it_is_given_unless_it_got_another(
    repository: ScratchRepository, *, has_other_tag: bool
) -> None:
    """A deletion on the condition that there is no tag: mark the image, then take the mark away."""
    digest = repository.push(image())
    repository.put(image(), "mark")
    if has_other_tag:
        repository.put(image(), "pushed-meanwhile")

    assert repository.delete({"imageTag": "mark", "imageDigest": digest})["failures"] == []

    assert repository.tags_of(digest) == ({"pushed-meanwhile"} if has_other_tag else None)


def test_e06_by_tag_and_digest_the_last_tag_of_a_child_cannot_be_removed(
    repository: ScratchRepository,
) -> None:
    """The index protects it here, too; its other tags can be removed."""
    child = image()
    repository.push(child, "v1", "mark")
    repository.push(index(child), "multi")

    assert repository.delete({"imageTag": "v1", "imageDigest": child.digest})["failures"] == []
    answer = repository.delete({"imageTag": "mark", "imageDigest": child.digest})

    assert codes(answer["failures"]) == ["ImageReferencedByManifestList"]
    assert repository.tags_of(child.digest) == {"mark"}


def test_e14_an_image_is_archived_with_all_its_tags(repository: ScratchRepository) -> None:
    """None of them can be pulled then, and all of them are kept."""
    digest = repository.push(image(), "v1", "mark")

    repository.move(digest, "ARCHIVE")

    assert repository.digest_for_tag("v1") is None
    assert repository.digest_for_tag("mark") is None
    detail = repository.described(digest)
    assert detail is not None
    assert set(detail["imageTags"]) == {"v1", "mark"}


def test_e14_an_index_is_archived_alone(repository: ScratchRepository) -> None:
    """Its children stay where they are, so that restoring it is one call."""
    child = image()
    repository.push(child)
    parent = repository.push(index(child), "v1")

    assert repository.move(parent, "ARCHIVE") == "ARCHIVED"

    detail = repository.described(child.digest)
    assert detail is not None
    assert detail["imageStatus"] == "ACTIVE"


def test_e14_archiving_and_restoring_do_not_change_when_it_was_pushed(
    repository: ScratchRepository,
) -> None:
    """How long an image has been there protects it from the guard, also after an undo."""
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
    """Whether the second call is refused AWS does not say; the guard takes either."""
    digest = repository.push(image(), "v1")
    repository.move(digest, "ARCHIVE")

    with suppress(ClientError):
        repository.move(digest, "ARCHIVE")

    detail = repository.described(digest)
    assert detail is not None
    assert detail["imageStatus"] == "ARCHIVED"


def test_e14_whoever_pushes_an_archived_image_restores_it(repository: ScratchRepository) -> None:
    """A tag that is added is a push as well, so that the guard's mark must come first."""
    digest = repository.push(image(), "v1")
    repository.move(digest, "ARCHIVE")

    repository.put(image(), "v2")

    detail = repository.described(digest)
    assert detail is not None
    assert detail["imageStatus"] in {"ACTIVATING", "ACTIVE"}
    assert set(detail["imageTags"]) == {"v1", "v2"}


def test_e14_what_is_not_there_cannot_be_archived(repository: ScratchRepository) -> None:
    """ImageNotFoundException, as for any operation."""
    with refused("ImageNotFoundException"):
        repository.move(UNKNOWN_DIGEST, "ARCHIVE")
