"""Contracts E5, E6, E14 and E15: what ECR takes away."""

from tests.contract.repository import (
    ScratchRepository,
    codes,
    image,
    index,
    refused,
)


def test_e05_by_tag_only_the_tag_goes(repository: ScratchRepository) -> None:
    """BatchDeleteImage by tag removes that tag."""
    digest = repository.push(image(), "v1", "v2")

    answer = repository.delete({"imageTag": "v1"})

    assert answer["imageIds"] == [{"imageDigest": digest, "imageTag": "v1"}]
    assert repository.tags_of(digest) == {"v2"}


def test_e05_with_its_last_tag_the_image_goes(repository: ScratchRepository) -> None:
    """When it was the last tag, the image goes too."""
    digest = repository.push(image(), "v1")

    repository.delete({"imageTag": "v1"})

    assert repository.tags_of(digest) is None


def test_e05_by_digest_the_image_goes_with_all_its_tags(repository: ScratchRepository) -> None:
    """By digest: the image and all its tags."""
    digest = repository.push(image(), "v1", "v2")

    repository.delete({"imageDigest": digest})

    assert repository.digest_for_tag("v1") is None
    assert repository.digest_for_tag("v2") is None


def test_e05_by_tag_and_digest_only_that_tag_goes(repository: ScratchRepository) -> None:
    """By tag and digest: only that tag, if it still points at that digest."""
    digest = repository.push(image(), "v1", "mark")

    answer = repository.delete({"imageTag": "v1", "imageDigest": digest})

    assert answer["failures"] == []
    assert repository.tags_of(digest) == {"mark"}


def test_e05_by_tag_and_digest_a_tag_that_moved_is_left_alone(
    repository: ScratchRepository,
) -> None:
    """It is a compare-and-untag: a tag that moved meanwhile stays with its new image."""
    old = repository.push(image("old"), "v1", "mark")
    new = repository.push(image("new"), "v1")

    answer = repository.delete({"imageTag": "v1", "imageDigest": old})

    assert codes(answer["failures"]) == ["ImageTagDoesNotMatchDigest"]
    assert repository.digest_for_tag("v1") == new
    assert repository.tags_of(old) == {"mark"}


def test_e06_a_child_of_an_index_cannot_be_deleted(repository: ScratchRepository) -> None:
    """By digest: ImageReferencedByManifestList, naming the index."""
    child = image()
    repository.push(child)
    parent = repository.push(index(child), "v1")

    failures = repository.delete({"imageDigest": child.digest})["failures"]

    assert codes(failures) == ["ImageReferencedByManifestList"]
    expected = f"Requested image referenced by manifest list: [{parent}]"
    assert failures[0]["failureReason"] == expected
    assert repository.tags_of(child.digest) == set()


def test_e06_the_last_tag_of_a_child_cannot_be_removed(repository: ScratchRepository) -> None:
    """Its last tag cannot be removed either; one of several can."""
    child = image()
    repository.push(child, "arm64", "other")
    repository.push(index(child), "v1")

    assert repository.delete({"imageTag": "other"})["failures"] == []
    failures = repository.delete({"imageTag": "arm64"})["failures"]

    assert codes(failures) == ["ImageReferencedByManifestList"]
    assert repository.digest_for_tag("arm64") == child.digest


def test_e06_the_index_goes_first_and_the_children_after_it(
    repository: ScratchRepository,
) -> None:
    """Delete the index first, the children in a second call; not while another index lists them."""
    child = image()
    repository.push(child)
    first = repository.push(index(child, note="first"), "v1")
    second = repository.push(index(child, note="second"), "v2")

    assert repository.delete({"imageDigest": first})["failures"] == []
    assert codes(repository.delete({"imageDigest": child.digest})["failures"]) == [
        "ImageReferencedByManifestList"
    ]
    assert repository.delete({"imageDigest": second})["failures"] == []
    assert repository.delete({"imageDigest": child.digest})["failures"] == []


def test_e14_an_archived_image_cannot_be_pulled(repository: ScratchRepository) -> None:
    """An archived image pulls as 404. In a live account this costs 90 days of some bytes.

    AWS does not document the code, and the guard takes either.
    """
    digest = repository.push(image(), "v1")

    assert repository.move(digest, "ARCHIVE") == "ARCHIVED"

    (by_tag,) = codes(repository.get({"imageTag": "v1"})["failures"])
    (by_digest,) = codes(repository.get({"imageDigest": digest})["failures"])
    assert {by_tag, by_digest} <= {"ImageNotFound", "ImageInaccessible"}


def test_e14_an_archived_image_keeps_its_tags_and_can_be_restored(
    repository: ScratchRepository,
) -> None:
    """It is a reversible quarantine: restoring begins at once and takes a while."""
    digest = repository.push(image(), "v1")
    repository.move(digest, "ARCHIVE")

    assert repository.move(digest, "STANDARD") in {"ACTIVATING", "ACTIVE"}

    found = repository.ecr.describe_images(
        repositoryName=repository.name, filter={"imageStatus": "ANY"}
    )["imageDetails"]
    assert [detail["imageTags"] for detail in found] == [["v1"]]


def test_e14_a_tag_of_an_archived_image_is_taken_away_like_any(
    repository: ScratchRepository,
) -> None:
    """Compare-and-untag (E5) does not ask whether an image is archived."""
    digest = repository.push(image(), "v1", "mark")
    repository.move(digest, "ARCHIVE")

    answer = repository.delete({"imageTag": "mark", "imageDigest": digest})

    assert answer["failures"] == []
    found = repository.ecr.describe_images(
        repositoryName=repository.name, filter={"imageStatus": "ANY"}
    )["imageDetails"]
    assert [detail["imageTags"] for detail in found] == [["v1"]]


def test_e14_a_child_of_a_kept_index_cannot_be_archived(repository: ScratchRepository) -> None:
    """A child of a kept index cannot be archived."""
    child = image()
    repository.push(child)
    repository.push(index(child), "v1")

    with refused("ImageStorageClassUpdateNotSupportedException"):
        repository.move(child.digest, "ARCHIVE")


def test_e15_nothing_brings_a_deleted_image_back(repository: ScratchRepository) -> None:
    """There is no undo for a delete, but pushing the same bytes again."""
    digest = repository.push(image(), "v1")
    repository.delete({"imageDigest": digest})

    assert codes(repository.get({"imageDigest": digest})["failures"]) == ["ImageNotFound"]
    assert codes(repository.get({"imageTag": "v1"})["failures"]) == ["ImageNotFound"]
    with refused("ImageNotFoundException"):
        repository.move(digest, "STANDARD")
    assert repository.push(image(), "v1") == digest
