"""Contracts E5, E6, E14 and E15: untagging, deleting and archiving images."""

from tests.contract.repository import (
    ScratchRepository,
    codes,
    image,
    index,
    rejected,
)


def test_e05_a_delete_by_tag_removes_only_that_tag(repository: ScratchRepository) -> None:
    """BatchDeleteImage by tag removes that tag."""
    digest = repository.push(image(), "v1", "v2")

    answer = repository.delete({"imageTag": "v1"})

    assert answer["imageIds"] == [{"imageDigest": digest, "imageTag": "v1"}]
    assert repository.tags_of(digest) == {"v2"}


def test_e05_a_delete_of_the_last_tag_deletes_the_image(repository: ScratchRepository) -> None:
    """BatchDeleteImage of the last tag deletes the image."""
    digest = repository.push(image(), "v1")

    repository.delete({"imageTag": "v1"})

    assert repository.tags_of(digest) is None


def test_e05_a_delete_by_digest_deletes_the_image_with_all_tags(
    repository: ScratchRepository,
) -> None:
    """BatchDeleteImage by digest deletes the image and all its tags."""
    digest = repository.push(image(), "v1", "v2")

    repository.delete({"imageDigest": digest})

    assert repository.digest_for_tag("v1") is None
    assert repository.digest_for_tag("v2") is None


def test_e05_a_delete_by_tag_and_digest_removes_only_that_tag(
    repository: ScratchRepository,
) -> None:
    """BatchDeleteImage by tag and digest removes the tag if it still names that digest."""
    digest = repository.push(image(), "v1", "mark")

    answer = repository.delete({"imageTag": "v1", "imageDigest": digest})

    assert answer["failures"] == []
    assert repository.tags_of(digest) == {"mark"}


def test_e05_a_delete_by_tag_and_digest_ignores_a_tag_that_moved(
    repository: ScratchRepository,
) -> None:
    """The call is an atomic compare-and-untag: a tag that moved stays with its new image."""
    old = repository.push(image("old"), "v1", "mark")
    new = repository.push(image("new"), "v1")

    answer = repository.delete({"imageTag": "v1", "imageDigest": old})

    assert codes(answer["failures"]) == ["ImageTagDoesNotMatchDigest"]
    assert repository.digest_for_tag("v1") == new
    assert repository.tags_of(old) == {"mark"}


def test_e06_a_child_of_an_index_cannot_be_deleted(repository: ScratchRepository) -> None:
    """A delete by digest fails with ImageReferencedByManifestList and names the index."""
    child = image()
    repository.push(child)
    parent = repository.push(index(child), "v1")

    failures = repository.delete({"imageDigest": child.digest})["failures"]

    assert codes(failures) == ["ImageReferencedByManifestList"]
    expected = f"Requested image referenced by manifest list: [{parent}]"
    assert failures[0]["failureReason"] == expected
    assert repository.tags_of(child.digest) == set()


def test_e06_the_last_tag_of_a_child_cannot_be_removed(repository: ScratchRepository) -> None:
    """The last tag of a child cannot be removed; one of several can."""
    child = image()
    repository.push(child, "arm64", "other")
    repository.push(index(child), "v1")

    assert repository.delete({"imageTag": "other"})["failures"] == []
    failures = repository.delete({"imageTag": "arm64"})["failures"]

    assert codes(failures) == ["ImageReferencedByManifestList"]
    assert repository.digest_for_tag("arm64") == child.digest


def test_e06_a_child_can_be_deleted_after_all_its_indexes(
    repository: ScratchRepository,
) -> None:
    """Delete the index first, then the children, unless another index lists them."""
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
    """A pull of an archived image returns 404.

    AWS does not document the failure code; the guard handles both. A live account is charged for
    90 days of a few bytes.
    """
    digest = repository.push(image(), "v1")

    assert repository.move(digest, "ARCHIVE") == "ARCHIVED"

    (by_tag,) = codes(repository.get({"imageTag": "v1"})["failures"])
    (by_digest,) = codes(repository.get({"imageDigest": digest})["failures"])
    assert {by_tag, by_digest} <= {"ImageNotFound", "ImageInaccessible"}


def test_e14_an_archived_image_keeps_its_tags_and_can_be_restored(
    repository: ScratchRepository,
) -> None:
    """Archiving is reversible: restoring starts at once and takes up to 20 minutes."""
    digest = repository.push(image(), "v1")
    repository.move(digest, "ARCHIVE")

    assert repository.move(digest, "STANDARD") in {"ACTIVATING", "ACTIVE"}

    found = repository.ecr.describe_images(
        repositoryName=repository.name, filter={"imageStatus": "ANY"}
    )["imageDetails"]
    assert [detail["imageTags"] for detail in found] == [["v1"]]


def test_e14_a_tag_of_an_archived_image_can_be_removed(
    repository: ScratchRepository,
) -> None:
    """Compare-and-untag (E5) works on archived images as well."""
    digest = repository.push(image(), "v1", "mark")
    repository.move(digest, "ARCHIVE")

    answer = repository.delete({"imageTag": "mark", "imageDigest": digest})

    assert answer["failures"] == []
    found = repository.ecr.describe_images(
        repositoryName=repository.name, filter={"imageStatus": "ANY"}
    )["imageDetails"]
    assert [detail["imageTags"] for detail in found] == [["v1"]]


def test_e14_a_child_of_an_index_cannot_be_archived(repository: ScratchRepository) -> None:
    """UpdateImageStorageClass rejects a child while its index exists."""
    child = image()
    repository.push(child)
    repository.push(index(child), "v1")

    with rejected("ImageStorageClassUpdateNotSupportedException"):
        repository.move(child.digest, "ARCHIVE")


def test_e15_a_deleted_image_can_only_be_pushed_again(repository: ScratchRepository) -> None:
    """A delete cannot be undone, except by pushing the same bytes again."""
    digest = repository.push(image(), "v1")
    repository.delete({"imageDigest": digest})

    assert codes(repository.get({"imageDigest": digest})["failures"]) == ["ImageNotFound"]
    assert codes(repository.get({"imageTag": "v1"})["failures"]) == ["ImageNotFound"]
    with rejected("ImageNotFoundException"):
        repository.move(digest, "STANDARD")
    assert repository.push(image(), "v1") == digest
