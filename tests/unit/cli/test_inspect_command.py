"""The output and exit status of `platform-guard inspect`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.golden import golden
from tests.support.images import (
    Blob,
    artifact,
    config,
    image,
    index,
    listed,
    listed_image,
    manifest,
)
from tests.support.inspect_command import Command
from tests.support.known_images import layout_of
from tests.support.layout_files import blob_file, write_layout
from tests.support.paths import ROOT


def test_the_policy_determines_the_exit_status(tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(tmp_path / "app", v1=index(listed_image("linux/arm64")))
    policy = tmp_path / "guard.toml"
    policy.write_text('[guard]\nrequired_platforms = ["linux/arm64"]\nindex_rule = "allow"\n')

    assert inspect(f"oci:{layout}", "--policy", str(policy)).status == 0
    assert (
        inspect(f"oci:{layout}", "--policy", str(policy), "--platform", "linux/amd64").status == 1
    )
    assert inspect(f"oci:{layout}").status == 1


def test_every_requested_platform_is_required(tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(tmp_path / "app", v1=image())

    assert inspect(f"oci:{layout}", "--platform", "linux/amd64").status == 0
    both = inspect(f"oci:{layout}", "--platform", "linux/amd64", "--platform", "linux/arm64")
    assert both.status == 1
    assert "linux/arm64 is required" in both.output


def test_every_image_of_a_layout_is_inspected(tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(
        tmp_path / "app", v1=image(), v2=image("linux/arm64"), untagged=artifact()
    )

    ran = inspect(f"oci:{layout}", "--json")

    found = [json.loads(line) for line in ran.output.splitlines()]
    assert [(item["reference"], item["verdict"]) for item in found] == [
        (f"oci:{layout}:v1", "compliant"),
        (f"oci:{layout}:v2", "missing-platform"),
        (f"oci:{layout}@{artifact().digest}", "not-an-image"),
    ]
    assert ran.status == 1


def test_a_tag_selects_one_image(tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(tmp_path / "app", v1=image(), v2=image("linux/arm64"))

    ran = inspect(f"oci:{layout}:v1")

    assert ran.status == 0
    assert ran.output.startswith(f"oci:{layout}:v1: compliant\n")


def test_an_unreadable_image_determines_the_exit_status_over_a_finding(
    tmp_path: Path, inspect: Command
) -> None:
    layout = write_layout(tmp_path / "app", v1=Blob(b"oops", ""), v2=image("linux/arm64"))

    assert inspect(f"oci:{layout}").status == 2


@pytest.mark.parametrize("tag", ["", ":v1"], ids=["without a tag", "with a tag"])
def test_a_directory_name_can_contain_a_colon(tag: str, tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(tmp_path / "app:2026", v1=image())

    ran = inspect(f"oci:{layout}{tag}")

    assert ran.status == 0
    assert ran.output.startswith(f"oci:{layout}:v1: compliant\n")


def test_a_listed_image_that_is_missing_is_unreadable(tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(tmp_path / "app", v1=image())
    blob_file(layout, image()).unlink()

    ran = inspect(f"oci:{layout}", "--json")

    found = json.loads(ran.output)
    assert (ran.status, found["kind"], found["verdict"]) == (2, "unreadable", "unreadable")
    assert found["reason"] == "it is missing"


def test_a_dangling_child_is_a_finding(tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(tmp_path / "app", v1=index(listed(image(), "linux/amd64")))
    blob_file(layout, image()).unlink()

    ran = inspect(f"oci:{layout}", "--json")

    assert (ran.status, json.loads(ran.output)["verdict"]) == (1, "dangling")


@pytest.mark.parametrize(
    "architecture", ["arm\x1b[2J64", "arm\n64: compliant", "arm\u202e64", "arm\ud80064"], ids=ascii
)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "JSON"])
def test_control_characters_in_an_image_are_escaped(
    architecture: str, form: list[str], tmp_path: Path, inspect: Command
) -> None:
    hostile = manifest(config("linux/arm64", architecture=architecture))
    layout = write_layout(tmp_path / "app", v1=hostile)

    ran = inspect(f"oci:{layout}", *form)

    assert ran.status == 1
    assert all(char.isprintable() for line in ran.output.split("\n") for char in line)
    assert "\n64: compliant" not in ran.output
    assert ran.errors == ""


def test_text_output_is_one_paragraph_per_image(
    monkeypatch: pytest.MonkeyPatch, inspect: Command
) -> None:
    monkeypatch.chdir(ROOT)
    names = [
        "docker26c8d-build-push-arm64",
        "bk0.25-single-arm64-base-default-target",
        "docker26classic-build-push-default",
        "crane0.20-append-empty-base",
        "oras-helm-chart-shape",
    ]

    printed = [inspect(f"oci:{layout_of(name).relative_to(ROOT)}").output for name in names]

    assert "\n".join(printed) == golden("inspect")


def test_a_closed_output_pipe_is_not_an_error(tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "app", v1=image())
    command = "import sys; from platform_guard_cli.main import main; sys.exit(main(sys.argv[1:]))"
    with subprocess.Popen(  # noqa: S603  (our own command)
        [sys.executable, "-c", command, "inspect", f"oci:{layout}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()

    assert errors == ""
    assert process.returncode == 0
