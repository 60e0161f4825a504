"""What is wrong with the call of `platform-guard inspect` is told in one line."""

from pathlib import Path

import pytest

from tests.support.images import Blob, config, image
from tests.support.inspecting import Command, error_line
from tests.support.layout_files import blob_file, write_index, write_layout


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


@pytest.mark.parametrize("blob", [image(), config()], ids=["root", "config"])
def test_a_blob_that_cannot_be_opened_is_told_in_one_line(
    blob: Blob, tmp_path: Path, inspect: Command
) -> None:
    layout = write_layout(tmp_path / "app", v1=image())
    blob_file(layout, blob).unlink()
    blob_file(layout, blob).mkdir()

    assert "cannot be read" in error_line(inspect(f"oci:{layout}"))
