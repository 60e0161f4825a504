"""Contracts E7 to E10 and E12: PutImage and resource tags."""

from typing import TYPE_CHECKING

import pytest

from tests.contract.repository import (
    UNKNOWN_DIGEST,
    ScratchRepository,
    image,
    index,
    rejected,
)

if TYPE_CHECKING:
    from mypy_boto3_ecr.literals import ImageTagMutabilityType


def test_e07_the_digest_is_the_sha256_of_the_pushed_bytes(
    repository: ScratchRepository,
) -> None:
    """PutImage stores the bytes unchanged; the digest is their sha256."""
    manifest = image()
    repository.push(manifest, "v1")

    found = repository.get({"imageTag": "v1"})["images"][0]

    assert found["imageManifest"] == manifest.text
    assert found["imageId"]["imageDigest"] == manifest.digest


def test_e07_put_image_checks_a_digest_in_the_request(repository: ScratchRepository) -> None:
    """ECR compares `imageDigest` with the manifest."""
    manifest = image()
    repository.push(manifest, "v1")

    with rejected("ImageDigestDoesNotMatchException"):
        repository.ecr.put_image(
            repositoryName=repository.name,
            imageManifest=manifest.text,
            imageTag="v2",
            imageDigest=UNKNOWN_DIGEST,
        )
    assert repository.digest_for_tag("v2") is None


def test_e07_a_manifest_without_a_media_type_needs_one_in_the_request(
    repository: ScratchRepository,
) -> None:
    """`imageManifestMediaType` is required if the manifest has no `mediaType`."""
    manifest = image(states_media_type=False)

    for blob in manifest.blobs:
        repository.upload(blob)
    with rejected("InvalidParameterException"):
        repository.ecr.put_image(
            repositoryName=repository.name, imageManifest=manifest.text, imageTag="v1"
        )
    repository.put(manifest, "v1")
    assert repository.digest_for_tag("v1") == manifest.digest


def test_e08_the_same_manifest_under_the_same_tag_is_an_error(
    repository: ScratchRepository,
) -> None:
    """The same manifest under the same tag: ImageAlreadyExistsException."""
    repository.push(image(), "v1")

    with rejected("ImageAlreadyExistsException"):
        repository.put(image(), "v1")


def test_e08_a_tag_moves_and_its_previous_image_stays(repository: ScratchRepository) -> None:
    """Another manifest on an existing tag of a mutable repository: the tag moves."""
    old = repository.push(image("old"), "latest")
    new = repository.push(image("new"), "latest")

    assert repository.digest_for_tag("latest") == new
    assert repository.tags_of(old) == set()


def test_e08_a_second_tag_is_added_to_the_same_image(repository: ScratchRepository) -> None:
    digest = repository.push(image(), "v1")

    repository.put(image(), "v2")

    assert repository.tags_of(digest) == {"v1", "v2"}


@pytest.mark.parametrize(
    ("mutability", "exclusions", "tag", "may_move"),
    [
        pytest.param("MUTABLE", [], "v1", True, id="mutable"),
        pytest.param("IMMUTABLE", [], "v1", False, id="immutable"),
        pytest.param(
            "IMMUTABLE_WITH_EXCLUSION", ["dev-*"], "dev-1", True, id="immutable, excluded"
        ),
        pytest.param(
            "IMMUTABLE_WITH_EXCLUSION", ["dev-*"], "v1", False, id="immutable, not excluded"
        ),
        pytest.param(
            "MUTABLE_WITH_EXCLUSION", ["v*", "release-*"], "v1", False, id="mutable, excluded"
        ),
        pytest.param("MUTABLE_WITH_EXCLUSION", ["v*"], "dev-1", True, id="mutable, not excluded"),
    ],
)
def test_e09_mutability_decides_whether_a_tag_moves(
    repository: ScratchRepository,
    mutability: "ImageTagMutabilityType",
    exclusions: list[str],
    tag: str,
    may_move: bool,
) -> None:
    """The four mutability settings, with wildcard filters."""
    _set_mutability(repository, mutability, exclusions)
    old = repository.push(image("old"), tag)
    repository.push(image("new"))

    if may_move:
        repository.put(image("new"), tag)
        assert repository.digest_for_tag(tag) == image("new").digest
    else:
        with rejected("ImageTagAlreadyExistsException"):
            repository.put(image("new"), tag)
        assert repository.digest_for_tag(tag) == old


def test_e09_an_immutable_repository_accepts_new_and_freed_tags(
    repository: ScratchRepository,
) -> None:
    """New tags may be added to an immutable repository; removing a tag frees it."""
    _set_mutability(repository, "IMMUTABLE", [])
    old = repository.push(image("old"), "v1")

    repository.put(image("old"), "mark")
    repository.delete({"imageTag": "v1", "imageDigest": old})
    new = repository.push(image("new"), "v1")

    assert repository.digest_for_tag("v1") == new
    assert repository.tags_of(old) == {"mark"}


def test_e10_an_index_needs_its_children(repository: ScratchRepository) -> None:
    """An index whose children are missing: ReferencedImagesNotFoundException."""
    child = image()

    with rejected("ReferencedImagesNotFoundException"):
        repository.put(index(child), "v1")
    repository.push(child)
    repository.put(index(child), "v1")


@pytest.mark.parametrize("missing", [0, 1], ids=["config", "layer"])
def test_e10_a_manifest_needs_its_blobs(repository: ScratchRepository, missing: int) -> None:
    """A manifest whose blobs are missing: LayersNotFoundException."""
    manifest = image()
    repository.upload(manifest.blobs[1 - missing])

    with rejected("LayersNotFoundException"):
        repository.put(manifest, "v1")


def test_e12_a_repository_has_resource_tags(repository: ScratchRepository) -> None:
    """AWS resource tags exist for repositories only."""
    described = repository.ecr.describe_repositories(repositoryNames=[repository.name])
    arn = described["repositories"][0]["repositoryArn"]

    repository.ecr.tag_resource(resourceArn=arn, tags=[{"Key": "team", "Value": "blue"}])

    tags = repository.ecr.list_tags_for_resource(resourceArn=arn)["tags"]
    assert tags == [{"Key": "team", "Value": "blue"}]


def test_e12_image_operations_accept_no_resource_tags(repository: ScratchRepository) -> None:
    """The service model of ECR has no resource tags for images."""
    model = repository.ecr.meta.service_model
    takes_tags = {
        name
        for name in model.operation_names
        if (shape := model.operation_model(name).input_shape) and "tags" in shape.members
    }

    assert takes_tags == {"CreateRepository", "TagResource"}


def _set_mutability(
    repository: ScratchRepository, setting: "ImageTagMutabilityType", exclusions: list[str]
) -> None:
    if exclusions:
        repository.ecr.put_image_tag_mutability(
            repositoryName=repository.name,
            imageTagMutability=setting,
            imageTagMutabilityExclusionFilters=[
                {"filterType": "WILDCARD", "filter": pattern} for pattern in exclusions
            ],
        )
    else:
        repository.ecr.put_image_tag_mutability(
            repositoryName=repository.name, imageTagMutability=setting
        )
