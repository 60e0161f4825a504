"""Contracts E1 to E4, E11 and E13: BatchGetImage, config blobs and DescribeImages."""

from typing import TYPE_CHECKING

import pytest
import urllib3
from botocore.exceptions import ClientError, ParamValidationError

from tests.contract.repository import (
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_MANIFEST,
    UNKNOWN_DIGEST,
    ScratchRepository,
    codes,
    digest_of,
    image,
    index,
    rejected,
)

if TYPE_CHECKING:
    from mypy_boto3_ecr.type_defs import ImageIdentifierTypeDef


def test_e01_image_ids_are_tags_digests_or_both_and_failures_return_http_200(
    repository: ScratchRepository,
) -> None:
    """BatchGetImage accepts ids by tag, digest or both, and returns failures in `failures`."""
    digest = repository.push(image(), "v1")
    wanted: list[ImageIdentifierTypeDef] = [
        {"imageTag": "v1"},
        {"imageDigest": digest, "imageTag": "v1"},
        {"imageTag": "nowhere"},
    ]

    for image_id in wanted[:2]:
        assert repository.get(image_id)["images"][0]["imageId"]["imageDigest"] == digest
    assert repository.get({"imageDigest": digest})["images"][0]["imageId"]["imageTag"] == "v1"
    mixed = repository.get(wanted[0], wanted[2])
    assert mixed["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert [item["imageId"]["imageDigest"] for item in mixed["images"]] == [digest]
    assert [failure["imageId"] for failure in mixed["failures"]] == [wanted[2]]


def test_e01_a_call_accepts_at_most_100_image_ids(repository: ScratchRepository) -> None:
    """BatchGetImage accepts 1 to 100 ids."""
    ids: list[ImageIdentifierTypeDef] = [{"imageTag": f"v{number}"} for number in range(101)]

    assert len(repository.get(*ids[:100])["failures"]) == 100
    with rejected("InvalidParameterException"):
        repository.get(*ids)
    with pytest.raises(ParamValidationError):
        repository.get()


def test_e02_a_manifest_read_by_digest_is_never_translated(repository: ScratchRepository) -> None:
    """By digest ECR never translates, regardless of the accepted media types."""
    manifest = image()
    digest = repository.push(manifest, "v1")

    answer = repository.ecr.batch_get_image(
        repositoryName=repository.name,
        imageIds=[{"imageDigest": digest}],
        acceptedMediaTypes=[DOCKER_MANIFEST],
    )

    assert answer["images"][0]["imageManifest"] == manifest.text
    assert answer["images"][0]["imageManifestMediaType"] == OCI_MANIFEST


def test_e02_a_manifest_read_by_tag_in_an_accepted_media_type_is_unchanged(
    repository: ScratchRepository,
) -> None:
    """A manifest in an accepted media type is returned byte for byte."""
    child = image()
    parent = index(child)
    repository.push(child)
    repository.push(parent, "v1")

    found = repository.get({"imageTag": "v1"})["images"][0]

    assert found["imageManifest"] == parent.text
    assert found["imageManifestMediaType"] == OCI_INDEX


def test_e03_a_read_by_digest_returns_one_entry_per_tag(repository: ScratchRepository) -> None:
    """An image with n tags is returned as n entries, all with the same manifest."""
    manifest = image()
    digest = repository.push(manifest, "v1", "v2", "v3")

    found = repository.get({"imageDigest": digest})["images"]

    assert sorted(item["imageId"]["imageTag"] for item in found) == ["v1", "v2", "v3"]
    assert {item["imageManifest"] for item in found} == {manifest.text}


def test_e03_an_untagged_image_has_one_entry_without_a_tag(repository: ScratchRepository) -> None:
    digest = repository.push(image())

    found = repository.get({"imageDigest": digest})["images"]

    assert [item["imageId"] for item in found] == [{"imageDigest": digest}]


@pytest.mark.parametrize("operation", ["get", "delete"])
@pytest.mark.parametrize(
    ("wanted", "code", "reason"),
    [
        pytest.param(
            {"imageTag": "nowhere"},
            "ImageNotFound",
            "Requested image not found",
            id="unknown tag",
        ),
        pytest.param(
            {"imageDigest": UNKNOWN_DIGEST},
            "ImageNotFound",
            "Requested image not found",
            id="unknown digest",
        ),
        pytest.param(
            {"imageDigest": "sha256:short"}, "InvalidImageDigest", None, id="malformed digest"
        ),
        pytest.param({}, "MissingDigestAndTag", None, id="neither"),
        pytest.param(
            {"imageTag": "v2", "imageDigest": image().digest},
            "ImageTagDoesNotMatchDigest",
            "Invalid request parameters: given tag does not map to the given digest",
            id="tag of another digest",
        ),
        pytest.param(
            {"imageTag": "nowhere", "imageDigest": image().digest},
            "ImageNotFound",
            "Requested image not found",
            id="unknown tag with a good digest",
        ),
    ],
)
def test_e04_each_failure_has_its_code(
    repository: ScratchRepository,
    operation: str,
    wanted: "ImageIdentifierTypeDef",
    code: str,
    reason: str | None,
) -> None:
    """The failure codes and reasons of the batch operations."""
    repository.push(image(), "v1")
    repository.push(image("other"), "v2")

    call = repository.get if operation == "get" else repository.delete
    failures = call(wanted)["failures"]

    assert codes(failures) == [code]
    assert reason is None or failures[0]["failureReason"] == reason


def test_e11_a_config_blob_can_be_downloaded_without_aws_credentials(
    repository: ScratchRepository,
) -> None:
    """GetDownloadUrlForLayer returns a URL that any HTTP client can read."""
    manifest = image()
    repository.push(manifest, "v1")
    config = manifest.blobs[0]

    answer = repository.ecr.get_download_url_for_layer(
        repositoryName=repository.name, layerDigest=digest_of(config)
    )

    assert urllib3.request("GET", answer["downloadUrl"]).data == config


@pytest.mark.parametrize("uploaded", [True, False], ids=["uploaded only", "never uploaded"])
def test_e11_a_blob_that_no_image_references_has_no_url(
    repository: ScratchRepository, uploaded: bool
) -> None:
    """Only blobs that an image references have a URL."""
    blob = b"unreferenced blob"
    digest = repository.upload(blob) if uploaded else digest_of(blob)

    with pytest.raises(ClientError) as caught:
        repository.ecr.get_download_url_for_layer(
            repositoryName=repository.name, layerDigest=digest
        )

    expected = {"LayersNotFoundException", "LayerInaccessibleException"}
    assert caught.value.response["Error"]["Code"] in expected


def test_e13_image_details_contain_tags_times_and_media_types(
    repository: ScratchRepository,
) -> None:
    """DescribeImages returns tags, push time, media types and status."""
    digest = repository.push(image(), "v1", "v2")

    details = repository.ecr.describe_images(repositoryName=repository.name)["imageDetails"]

    assert [detail["imageDigest"] for detail in details] == [digest]
    assert sorted(details[0]["imageTags"]) == ["v1", "v2"]
    assert details[0]["imagePushedAt"].tzinfo is not None
    assert details[0]["imageManifestMediaType"] == OCI_MANIFEST
    assert details[0]["artifactMediaType"] == OCI_CONFIG
    assert details[0]["imageStatus"] == "ACTIVE"
    assert "lastRecordedPullTime" not in details[0]


def test_e13_archived_images_are_described_only_with_status_any(
    repository: ScratchRepository,
) -> None:
    """DescribeImages returns an archived image only with `imageStatus=ANY`."""
    digest = repository.push(image(), "v1")
    repository.ecr.update_image_storage_class(
        repositoryName=repository.name,
        imageId={"imageDigest": digest},
        targetStorageClass="ARCHIVE",
    )

    describe = repository.ecr.describe_images
    assert describe(repositoryName=repository.name)["imageDetails"] == []
    found = describe(repositoryName=repository.name, filter={"imageStatus": "ANY"})["imageDetails"]
    assert [detail["imageStatus"] for detail in found] == ["ARCHIVED"]


def test_e13_image_ids_and_status_any_can_be_combined(
    repository: ScratchRepository,
) -> None:
    """DescribeImages accepts `imageIds` and `filter` together."""
    digest = repository.push(image(), "v1")
    repository.ecr.update_image_storage_class(
        repositoryName=repository.name,
        imageId={"imageDigest": digest},
        targetStorageClass="ARCHIVE",
    )

    found = repository.ecr.describe_images(
        repositoryName=repository.name,
        imageIds=[{"imageDigest": digest}],
        filter={"imageStatus": "ANY"},
    )["imageDetails"]

    assert [(detail["imageStatus"], detail["imageTags"]) for detail in found] == [
        ("ARCHIVED", ["v1"])
    ]


def test_e13_image_details_are_paginated(repository: ScratchRepository) -> None:
    """`maxResults` limits a page, and `nextToken` returns the next one."""
    pushed = {repository.push(image(name), name) for name in ("one", "two", "three")}

    pages = list(
        repository.ecr.get_paginator("describe_images").paginate(
            repositoryName=repository.name, PaginationConfig={"PageSize": 2}
        )
    )

    assert [len(page["imageDetails"]) for page in pages] == [2, 1]
    assert {item["imageDigest"] for page in pages for item in page["imageDetails"]} == pushed
