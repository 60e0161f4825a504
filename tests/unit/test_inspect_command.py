"""`platform-guard inspect` as its user meets it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import Ran, run_command
from tests.support.golden import golden
from tests.support.images import (
    Blob,
    Json,
    MemoryStore,
    artifact,
    config,
    image,
    index,
    listed,
    listed_image,
    manifest,
)
from tests.support.known_images import layout_of

ROOT = Path(__file__).parents[2]


class Command:
    """Runs the command and catches what it prints."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str) -> Ran:
        return run_command(self.capsys, "inspect", *arguments)


@pytest.fixture
def inspect(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


def write_layout(folder: Path, **tagged: Blob) -> Path:
    """Write an OCI image layout; keywords are the tags, `untagged` has none."""
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True)
    for digest, stored in MemoryStore.of(*tagged.values()).contents.items():
        (blobs / digest.removeprefix("sha256:")).write_bytes(stored.content)
    write_index(
        folder,
        [blob.descriptor(annotations=annotations_of(tag)) for tag, blob in tagged.items()],
    )
    return folder


def annotations_of(tag: str) -> Json:
    return {} if tag == "untagged" else {"org.opencontainers.image.ref.name": tag}


def write_index(folder: Path, manifests: object) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": manifests}))


def blob_file(layout: Path, blob: Blob) -> Path:
    return layout / "blobs/sha256" / blob.digest.removeprefix("sha256:")


def error_line(ran: Ran) -> str:
    """Give the one line of an error; nothing else may be printed."""
    assert ran.status == 2
    assert ran.output == ""
    assert "Traceback" not in ran.errors
    (line,) = ran.errors.splitlines()
    assert line.startswith("platform-guard")
    return line


def test_a_mistake_in_the_source_is_told_in_one_line(tmp_path: Path, inspect: Command) -> None:
    empty, layout = tmp_path / "empty", write_layout(tmp_path / "app", v1=image(), v2=image())
    empty.mkdir()

    assert f"{tmp_path}/none is no OCI image layout" in error_line(inspect(f"oci:{tmp_path}/none"))
    assert f"{empty} is no OCI image layout" in error_line(inspect(f"oci:{empty}"))
    missing_tag = error_line(inspect(f"oci:{layout}:v3"))
    assert missing_tag.endswith(f"{layout} has no image v3: it has v1, v2")
    assert "is no SOURCE: write oci:DIR[:TAG] or" in error_line(inspect("nginx:latest"))
    assert "is no SOURCE" in error_line(inspect(str(layout)))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>", id="no JSON"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"{}", id="no manifests"),
        pytest.param(b'{"manifests": null}', id="null manifests"),
        pytest.param(b'{"manifests": {"a": 1}}', id="manifests of an object"),
        pytest.param(b'{"manifests": ["a"]}', id="manifests of texts"),
        pytest.param(b'{"manifests": [{}]}', id="no digest"),
        pytest.param(b'{"manifests": [{"digest": 5}]}', id="digest of a number"),
        pytest.param(b'{"manifests": [{"digest": "sha256:../../x"}]}', id="digest of a path"),
        pytest.param(b'{"manifests": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", id="deep"),
        pytest.param(b'{"manifests": [' + b"9" * 5_000 + b"]}", id="5,000 digits"),
    ],
)
def test_a_broken_index_json_is_told_in_one_line(
    content: bytes, tmp_path: Path, inspect: Command
) -> None:
    (tmp_path / "index.json").write_bytes(content)

    assert "is no OCI image layout" in error_line(inspect(f"oci:{tmp_path}"))


def test_a_layout_without_images_is_told_in_one_line(tmp_path: Path, inspect: Command) -> None:
    write_index(tmp_path, [])

    assert "has no image at all" in error_line(inspect(f"oci:{tmp_path}"))


def test_tags_in_an_error_stay_in_its_line(tmp_path: Path, inspect: Command) -> None:
    annotations = {"org.opencontainers.image.ref.name": "v1\nforged\x1b[2J"}
    write_index(tmp_path, [image().descriptor(annotations=annotations)])

    assert "\x1b" not in error_line(inspect(f"oci:{tmp_path}:v2"))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        pytest.param(["--platform", "linux"], "--platform: 'linux' is no platform", id="platform"),
        pytest.param(["--platform", ""], "--platform: '' is no platform", id="empty platform"),
        pytest.param(["--platform"], "--platform", id="no platform"),
        pytest.param(["--policy", "none.toml"], "none.toml", id="policy"),
        pytest.param(["--colour"], "--colour", id="option"),
        pytest.param(["more"], "more", id="second source"),
    ],
)
def test_a_mistake_in_an_option_is_told_in_one_line(
    arguments: list[str], named: str, tmp_path: Path, inspect: Command
) -> None:
    layout = write_layout(tmp_path / "app", v1=image())

    assert named in error_line(inspect(f"oci:{layout}", *arguments))


def test_a_mistake_in_the_policy_is_told_in_one_line(tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(tmp_path / "app", v1=image())
    policy = tmp_path / "guard.toml"
    policy.write_text('[guard]\nindex_rule = "sometimes"\n')

    assert "index_rule" in error_line(inspect(f"oci:{layout}", "--policy", str(policy)))


def test_no_source_is_told_in_one_line(inspect: Command) -> None:
    assert "SOURCE" in error_line(inspect())


def test_the_policy_decides(tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(tmp_path / "app", v1=index(listed_image("linux/arm64")))
    policy = tmp_path / "guard.toml"
    policy.write_text('[guard]\nrequired_platforms = ["linux/arm64"]\nindex_rule = "allow"\n')

    assert inspect(f"oci:{layout}", "--policy", str(policy)).status == 0
    assert (
        inspect(f"oci:{layout}", "--policy", str(policy), "--platform", "linux/amd64").status == 1
    )
    assert inspect(f"oci:{layout}").status == 1


def test_it_must_run_on_every_platform_asked_for(tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(tmp_path / "app", v1=image())

    assert inspect(f"oci:{layout}", "--platform", "linux/amd64").status == 0
    both = inspect(f"oci:{layout}", "--platform", "linux/amd64", "--platform", "linux/arm64")
    assert both.status == 1
    assert "nothing that runs on linux/arm64" in both.output


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


def test_a_tag_chooses_one_image(tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(tmp_path / "app", v1=image(), v2=image("linux/arm64"))

    ran = inspect(f"oci:{layout}:v1")

    assert ran.status == 0
    assert ran.output.startswith(f"oci:{layout}:v1: compliant\n")


def test_what_cannot_be_judged_outweighs_a_finding(tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(tmp_path / "app", v1=Blob(b"oops", ""), v2=image("linux/arm64"))

    assert inspect(f"oci:{layout}").status == 2


@pytest.mark.parametrize("tag", ["", ":v1"], ids=["without a tag", "with a tag"])
def test_a_folder_may_have_a_colon_in_its_name(tag: str, tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(tmp_path / "app:2026", v1=image())

    ran = inspect(f"oci:{layout}{tag}")

    assert ran.status == 0
    assert ran.output.startswith(f"oci:{layout}:v1: compliant\n")


def test_a_listed_image_that_is_not_there_cannot_be_judged(
    tmp_path: Path, inspect: Command
) -> None:
    layout = write_layout(tmp_path / "app", v1=image())
    blob_file(layout, image()).unlink()

    ran = inspect(f"oci:{layout}", "--json")

    found = json.loads(ran.output)
    assert (ran.status, found["kind"], found["verdict"]) == (2, "unreadable", "unreadable")
    assert found["reason"] == "it is not there"


@pytest.mark.parametrize("blob", [image(), config()], ids=["root", "config"])
def test_a_blob_that_cannot_be_opened_is_told_in_one_line(
    blob: Blob, tmp_path: Path, inspect: Command
) -> None:
    layout = write_layout(tmp_path / "app", v1=image())
    blob_file(layout, blob).unlink()
    blob_file(layout, blob).mkdir()

    assert "cannot be read" in error_line(inspect(f"oci:{layout}"))


def test_a_dangling_child_is_a_finding(tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(tmp_path / "app", v1=index(listed(image(), "linux/amd64")))
    blob_file(layout, image()).unlink()

    ran = inspect(f"oci:{layout}", "--json")

    assert (ran.status, json.loads(ran.output)["verdict"]) == (1, "dangling")


@pytest.mark.parametrize(
    "architecture", ["arm\x1b[2J64", "arm\n64: compliant", "arm\u202e64", "arm\ud80064"], ids=ascii
)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "JSON"])
def test_what_an_image_says_cannot_steer_the_terminal(
    architecture: str, form: list[str], tmp_path: Path, inspect: Command
) -> None:
    hostile = manifest(config("linux/arm64", architecture=architecture))
    layout = write_layout(tmp_path / "app", v1=hostile)

    ran = inspect(f"oci:{layout}", *form)

    assert ran.status == 1
    assert all(char.isprintable() for line in ran.output.split("\n") for char in line)
    assert "\n64: compliant" not in ran.output
    assert ran.errors == ""


def test_people_read_a_paragraph_an_image(
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


def test_nobody_reading_is_no_error(tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "app", v1=image())
    command = "import sys; from cli.main import main; sys.exit(main(sys.argv[1:]))"
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
