"""Errors of `platform-guard inspect` are one line."""

from pathlib import Path

import pytest

from tests.support.images import Blob, config, image
from tests.support.inspect_command import Command, error_line
from tests.support.layout_files import blob_file, write_index, write_layout


def test_an_invalid_source_is_reported_in_one_line(tmp_path: Path, inspect: Command) -> None:
    empty, layout = tmp_path / "empty", write_layout(tmp_path / "app", v1=image(), v2=image())
    empty.mkdir()

    missing = error_line(inspect(f"oci:{tmp_path}/none"))
    assert f"{tmp_path}/none is not an OCI image layout" in missing
    assert f"{empty} is not an OCI image layout" in error_line(inspect(f"oci:{empty}"))
    missing_tag = error_line(inspect(f"oci:{layout}:v3"))
    assert missing_tag.endswith(f"{layout} has no image with tag v3; its tags are v1, v2")
    invalid = error_line(inspect("nginx:latest"))
    assert "invalid source 'nginx:latest'; use oci:DIR[:TAG] or" in invalid
    assert "invalid source" in error_line(inspect(str(layout)))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>", id="not JSON"),
        pytest.param(b"\xff\xfe", id="not text"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"{}", id="no manifests"),
        pytest.param(b'{"manifests": null}', id="null manifests"),
        pytest.param(b'{"manifests": {"a": 1}}', id="manifests is an object"),
        pytest.param(b'{"manifests": ["a"]}', id="manifests of strings"),
        pytest.param(b'{"manifests": [{}]}', id="no digest"),
        pytest.param(b'{"manifests": [{"digest": 5}]}', id="digest is a number"),
        pytest.param(b'{"manifests": [{"digest": "sha256:../../x"}]}', id="digest is a path"),
        pytest.param(b'{"manifests": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", id="deep"),
        pytest.param(b'{"manifests": [' + b"9" * 5_000 + b"]}", id="5,000 digits"),
    ],
)
def test_an_invalid_index_json_is_reported_in_one_line(
    content: bytes, tmp_path: Path, inspect: Command
) -> None:
    (tmp_path / "index.json").write_bytes(content)

    assert "is not an OCI image layout" in error_line(inspect(f"oci:{tmp_path}"))


def test_a_layout_without_images_is_reported_in_one_line(tmp_path: Path, inspect: Command) -> None:
    write_index(tmp_path, [])

    assert "contains no images" in error_line(inspect(f"oci:{tmp_path}"))


def test_tags_in_an_error_cannot_add_lines(tmp_path: Path, inspect: Command) -> None:
    annotations = {"org.opencontainers.image.ref.name": "v1\nforged\x1b[2J"}
    write_index(tmp_path, [image().descriptor(annotations=annotations)])

    assert "\x1b" not in error_line(inspect(f"oci:{tmp_path}:v2"))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        pytest.param(
            ["--platform", "linux"], "--platform: invalid platform 'linux'", id="platform"
        ),
        pytest.param(["--platform", ""], "--platform: invalid platform ''", id="empty platform"),
        pytest.param(["--platform"], "--platform", id="no platform"),
        pytest.param(["--policy", "none.toml"], "none.toml", id="policy"),
        pytest.param(["--colour"], "--colour", id="option"),
        pytest.param(["more"], "more", id="second source"),
    ],
)
def test_an_invalid_option_is_reported_in_one_line(
    arguments: list[str], named: str, tmp_path: Path, inspect: Command
) -> None:
    layout = write_layout(tmp_path / "app", v1=image())

    assert named in error_line(inspect(f"oci:{layout}", *arguments))


def test_an_invalid_policy_is_reported_in_one_line(tmp_path: Path, inspect: Command) -> None:
    layout = write_layout(tmp_path / "app", v1=image())
    policy = tmp_path / "guard.toml"
    policy.write_text('[guard]\nindex_rule = "sometimes"\n')

    assert "index_rule" in error_line(inspect(f"oci:{layout}", "--policy", str(policy)))


def test_a_missing_source_is_reported_in_one_line(inspect: Command) -> None:
    assert "SOURCE" in error_line(inspect())


@pytest.mark.parametrize("blob", [image(), config()], ids=["root", "config"])
def test_an_unreadable_blob_is_reported_in_one_line(
    blob: Blob, tmp_path: Path, inspect: Command
) -> None:
    layout = write_layout(tmp_path / "app", v1=image())
    blob_file(layout, blob).unlink()
    blob_file(layout, blob).mkdir()

    assert "cannot read" in error_line(inspect(f"oci:{layout}"))
