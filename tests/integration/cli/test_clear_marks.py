"""`platform-guard clear-marks` removes marks and keeps images and their own tags."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from platform_guard_cli.history.clear_marks_command import marks_in, remove
from platform_guard_cli.main import main
from platform_guard_emulator import Deployment, LocalAws
from tests.support.command_line import run_command
from tests.support.faults import Params, before_each_call
from tests.support.registry import MAC_BUILD, PLAIN_AMD64, PLAIN_ARM64, marks, push, tags

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


@pytest.fixture(autouse=True)
def marked(
    aws: LocalAws, guard: Deployment, ecr: "ECRClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two noncompliant images with a mark each, and a compliant one."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    for case, tag in ((MAC_BUILD, "1.0"), (PLAIN_ARM64, "1.1"), (PLAIN_AMD64, "1.2")):
        push(aws, case, tag)
    guard.drain()
    assert len(marks(ecr)) == 2


def test_without_yes_marks_are_only_listed(
    ecr: "ECRClient", capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clear-marks"]) == 1

    assert capsys.readouterr().out.count(" found\n") == 2
    assert len(marks(ecr)) == 2


def test_with_yes_marks_are_removed_and_other_tags_are_kept(ecr: "ECRClient") -> None:
    assert main(["clear-marks", "--yes"]) == 0

    assert tags(ecr) == {"1.0", "1.1", "1.2"}


def test_an_image_whose_only_tag_is_a_mark_keeps_it(
    ecr: "ECRClient", capsys: pytest.CaptureFixture[str]
) -> None:
    ecr.batch_delete_image(repositoryName="shop/api", imageIds=[{"imageTag": "1.1"}])

    assert main(["clear-marks", "--repository", "shop/api", "--yes"]) == 1

    assert "kept: the image has no other tag" in capsys.readouterr().out
    assert len(marks(ecr)) == 1
    assert tags(ecr) == {"1.0", "1.2"} | marks(ecr)


def test_a_mark_that_became_the_last_tag_is_kept(
    ecr: "ECRClient",
) -> None:
    listed = list(marks_in(ecr, "shop/api"))
    ecr.batch_delete_image(repositoryName="shop/api", imageIds=[{"imageTag": "1.1"}])

    assert sorted(remove(ecr, mark) for mark in listed) == [False, True]

    assert len(marks(ecr)) == 1


def test_an_image_deleted_with_its_mark_is_restored_and_other_tags_are_unchanged(
    aws: LocalAws, ecr: "ECRClient", capsys: pytest.CaptureFixture[str]
) -> None:
    """Its own tag moves to a compliant image between the check and the removal."""
    (mark,) = (mark for mark in marks_in(ecr, "shop/api") if ".1.1." in mark.image.tag)
    moves = ["1.1"]

    def move_tag(operation: str, params: Params) -> None:
        if operation == "BatchDeleteImage" and mark.image.tag in str(params) and moves:
            push(aws, PLAIN_AMD64, moves.pop())

    with before_each_call(move_tag):
        regions = ["--region", "eu-central-1", "--region", "us-east-1"]
        assert main(["clear-marks", "--yes", *regions]) == 2

    printed = capsys.readouterr()
    assert "The image and the mark were restored" in printed.err
    assert "us-east-1" not in printed.out
    named = {
        tag: image["imageDigest"]
        for image in ecr.describe_images(repositoryName="shop/api")["imageDetails"]
        for tag in image.get("imageTags", [])
    }
    assert named[mark.image.tag] == mark.image.digest
    assert named["1.1"] == named["1.2"]


def test_the_mark_of_an_archived_image_is_removed_and_the_image_stays_archived(
    ecr: "ECRClient",
) -> None:
    (mark,) = (mark for mark in marks_in(ecr, "shop/api") if ".1.1." in mark.image.tag)
    ecr.update_image_storage_class(
        repositoryName="shop/api",
        imageId={"imageDigest": mark.image.digest},
        targetStorageClass="ARCHIVE",
    )

    assert main(["clear-marks", "--yes"]) == 0

    archived = ecr.describe_images(repositoryName="shop/api", filter={"imageStatus": "ARCHIVED"})
    assert [image["imageTags"] for image in archived["imageDetails"]] == [["1.1"]]
    assert tags(ecr) == {"1.0", "1.2"}


def test_a_missing_repository_is_reported_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clear-marks", "--repository", "none/here"]) == 2

    assert capsys.readouterr().err == (
        "platform-guard: clear-marks: Repository none/here not found in eu-central-1.\n"
    )


def test_marks_are_removed_in_every_region_of_the_settings(
    ecr: "ECRClient", capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    settings = tmp_path / "guard.toml"
    settings.write_text('[deploy]\nregions = ["us-east-1", "us-west-2", "eu-central-1"]\n')

    ran = run_command(capsys, "clear-marks", "--yes", "--settings", str(settings))

    assert ran.status == 0
    assert ran.output.splitlines()[:2] == ["us-east-1 has no marks", "us-west-2 has no marks"]
    assert ran.output.count("eu-central-1 shop/api:platform-guard.") == 2
    assert marks(ecr) == set()
