"""Behavior of the emulated ECR that AWS hardly documents; contracts are in tests/contract."""

import json
from datetime import timedelta

import pytest
import urllib3

from platform_guard_emulator import LocalAws
from platform_guard_emulator.ecr.errors import RegistryError
from platform_guard_emulator.ecr.manifests import parse_manifest
from platform_guard_emulator.ecr.mutability import TagMutability
from platform_guard_emulator.ecr.store import ImageStore
from tests.contract.repository import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_INDEX,
    ScratchRepository,
    codes,
    digest_of,
    image,
    index,
    rejected,
)
from tests.unit.local_aws.conftest import Clock


def test_an_image_by_tag_is_translated_for_a_caller_that_accepts_only_the_other_form(
    repository: ScratchRepository,
) -> None:
    digest = repository.push(image(), "v1")

    found = repository.ecr.batch_get_image(
        repositoryName="team/app",
        imageIds=[{"imageTag": "v1"}],
        acceptedMediaTypes=[DOCKER_MANIFEST],
    )["images"][0]

    document = json.loads(found["imageManifest"])
    assert found["imageManifestMediaType"] == document["mediaType"] == DOCKER_MANIFEST
    assert document["config"]["mediaType"] == "application/vnd.docker.container.image.v1+json"
    assert found["imageId"]["imageDigest"] == digest != digest_of(found["imageManifest"].encode())


def test_an_index_is_never_translated(repository: ScratchRepository) -> None:
    repository.push(image())
    repository.push(index(image()), "v1")

    found = repository.ecr.batch_get_image(
        repositoryName="team/app",
        imageIds=[{"imageTag": "v1"}],
        acceptedMediaTypes=[DOCKER_LIST],
    )["images"][0]

    assert found["imageManifestMediaType"] == OCI_INDEX


def test_an_index_and_its_children_cannot_be_deleted_in_one_call(
    repository: ScratchRepository,
) -> None:
    repository.push(image())
    parent = repository.push(index(image()), "v1")

    answer = repository.delete({"imageDigest": parent}, {"imageDigest": image().digest})

    assert [item["imageDigest"] for item in answer["imageIds"]] == [parent]
    assert codes(answer["failures"]) == ["ImageReferencedByManifestList"]


def test_a_second_tag_does_not_change_the_push_time_of_an_image(
    repository: ScratchRepository, clock: Clock
) -> None:
    repository.push(image(), "v1")
    first_push = clock.now
    clock.advance(timedelta(days=3))

    repository.put(image(), "v2")

    details = repository.ecr.describe_images(repositoryName="team/app")["imageDetails"]
    assert [detail["imagePushedAt"] for detail in details] == [first_push]


def test_a_restored_image_can_be_pulled_after_twenty_minutes(
    repository: ScratchRepository, clock: Clock
) -> None:
    digest = repository.push(image(), "v1")
    for target in ("ARCHIVE", "STANDARD"):
        repository.ecr.update_image_storage_class(
            repositoryName="team/app",
            imageId={"imageTag": "v1"},
            targetStorageClass=target,
        )

    clock.advance(timedelta(minutes=19))
    assert repository.digest_for_tag("v1") is None
    clock.advance(timedelta(minutes=1))
    assert repository.digest_for_tag("v1") == digest


def test_pushing_an_archived_image_restores_it(repository: ScratchRepository) -> None:
    digest = repository.push(image(), "v1")
    repository.ecr.update_image_storage_class(
        repositoryName="team/app", imageId={"imageTag": "v1"}, targetStorageClass="ARCHIVE"
    )

    repository.put(image(), "v1")

    assert repository.digest_for_tag("v1") == digest


def test_an_image_has_at_most_a_thousand_tags(clock: Clock) -> None:
    # A thousand API calls would take seconds.
    store, manifest = ImageStore(), parse_manifest(index().text, index().media_type)
    for number in range(1000):
        store.put(manifest, f"v{number}", TagMutability(), clock.now)

    with pytest.raises(RegistryError, match="no more than 1000 tags") as caught:
        store.put(manifest, "one-more", TagMutability(), clock.now)

    assert caught.value.code == "LimitExceededException"


@pytest.mark.parametrize("tag", ["-starts-badly", ".hidden", "with space", "ü"])
def test_a_tag_that_violates_the_grammar_is_rejected(
    repository: ScratchRepository, tag: str
) -> None:
    with rejected("InvalidParameterException"):
        repository.push(image(), tag)


@pytest.mark.parametrize(
    "manifest",
    ["not json", "[]", json.dumps({"mediaType": "application/vnd.example+json"})],
    ids=["not JSON", "not an object", "unknown media type"],
)
def test_an_invalid_manifest_is_rejected(repository: ScratchRepository, manifest: str) -> None:
    with rejected("InvalidParameterException"):
        repository.ecr.put_image(repositoryName="team/app", imageManifest=manifest)


def test_a_pull_is_recorded_on_request(
    local: LocalAws, repository: ScratchRepository, clock: Clock
) -> None:
    digest = repository.push(image(), "v1")

    local.record_pull("team/app", digest)

    details = repository.ecr.describe_images(repositoryName="team/app")["imageDetails"]
    assert details[0]["lastRecordedPullTime"] == clock.now


def test_a_declared_layer_is_present_without_content(
    local: LocalAws, repository: ScratchRepository
) -> None:
    manifest = image()
    local.declare_layers("team/app", [digest_of(blob) for blob in manifest.blobs])
    repository.put(manifest, "v1")

    url = repository.ecr.get_download_url_for_layer(
        repositoryName="team/app", layerDigest=digest_of(manifest.blobs[0])
    )["downloadUrl"]

    assert urllib3.request("GET", url).status == 410


def test_a_download_url_cannot_be_guessed(repository: ScratchRepository) -> None:
    manifest = image()
    repository.push(manifest, "v1")
    digest = digest_of(manifest.blobs[0])
    url = repository.ecr.get_download_url_for_layer(repositoryName="team/app", layerDigest=digest)

    server = url["downloadUrl"].split("/")[2]

    assert urllib3.request("GET", f"http://{server}/guess/{digest}").status == 403


def test_repositories_are_listed_in_pages(local: LocalAws) -> None:
    ecr = local.client("ecr")
    for number in range(5):
        ecr.create_repository(repositoryName=f"team/app-{number}")

    pages = ecr.get_paginator("describe_repositories").paginate(PaginationConfig={"PageSize": 2})

    assert [len(page["repositories"]) for page in pages] == [2, 2, 1]


def test_image_identifiers_are_listed_in_pages_and_by_tag_status(
    repository: ScratchRepository,
) -> None:
    untagged = repository.push(image("untagged"))
    tagged = repository.push(image("tagged"), "v1", "v2")
    paginator = repository.ecr.get_paginator("list_images")

    pages = list(paginator.paginate(repositoryName="team/app", PaginationConfig={"PageSize": 2}))
    only = repository.ecr.list_images(repositoryName="team/app", filter={"tagStatus": "UNTAGGED"})

    assert [item for page in pages for item in page["imageIds"]] == [
        {"imageDigest": untagged},
        {"imageDigest": tagged, "imageTag": "v1"},
        {"imageDigest": tagged, "imageTag": "v2"},
    ]
    assert only["imageIds"] == [{"imageDigest": untagged}]


def test_a_repository_with_images_is_deleted_only_by_force(
    local: LocalAws, repository: ScratchRepository
) -> None:
    repository.push(image(), "v1")
    ecr = local.client("ecr")

    with rejected("RepositoryNotEmptyException"):
        ecr.delete_repository(repositoryName="team/app")
    ecr.delete_repository(repositoryName="team/app", force=True)
    ecr.create_repository(repositoryName="team/app")

    assert ecr.list_images(repositoryName="team/app")["imageIds"] == []


def test_each_region_has_its_own_registry(local: LocalAws, repository: ScratchRepository) -> None:
    other = local.client("ecr", region_name="us-east-1")

    with rejected("RepositoryNotFoundException"):
        other.list_images(repositoryName=repository.name)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [(1, 4, "InvalidLayerPartException"), (0, 9, "InvalidLayerPartException")],
    ids=["a gap", "fewer bytes than announced"],
)
def test_a_layer_part_with_a_wrong_range_is_rejected(
    repository: ScratchRepository, first: int, last: int, code: str
) -> None:
    upload_id = repository.ecr.initiate_layer_upload(repositoryName="team/app")["uploadId"]

    with rejected(code):
        repository.ecr.upload_layer_part(
            repositoryName="team/app",
            uploadId=upload_id,
            partFirstByte=first,
            partLastByte=last,
            layerPartBlob=b"four",
        )


def test_a_layer_with_another_digest_than_announced_is_rejected(
    repository: ScratchRepository,
) -> None:
    upload_id = repository.ecr.initiate_layer_upload(repositoryName="team/app")["uploadId"]
    repository.ecr.upload_layer_part(
        repositoryName="team/app",
        uploadId=upload_id,
        partFirstByte=0,
        partLastByte=3,
        layerPartBlob=b"four",
    )

    with rejected("InvalidLayerException"):
        repository.ecr.complete_layer_upload(
            repositoryName="team/app", uploadId=upload_id, layerDigests=[digest_of(b"five")]
        )
