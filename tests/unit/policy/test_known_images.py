"""Images from real build tools, compared with the verdicts of an independent reference."""

import json

import pytest

from platform_guard.oci.platforms import parse_platform
from platform_guard.oci.reader import ReadRequest, read_image
from platform_guard.policy.evaluation import evaluate
from platform_guard.policy.policy import Policy
from platform_guard_cli.inspect.oci_layout import OciLayout
from platform_guard_cli.main import main
from tests.support.known_images import FOLDERS, KnownImage, known_images

EXIT_STATUS = {"compliant": 0, "not-an-image": 0, "unreadable": 2}
OUTPUT_KEYS = {"reference", "digest", "kind", "platforms", "verdict", "reason", "evidence"}

IMAGES = known_images()
VERDICTS = [
    pytest.param(image, platform, verdict, id=f"{image.name}-for-{platform}")
    for image in IMAGES
    for platform, verdict in image.verdicts
]


def test_every_known_image_has_verdicts_for_two_platforms() -> None:
    layouts = {file.parent for folder in FOLDERS for file in folder.glob("*/index.json")}

    assert {image.layout for image in IMAGES} == layouts
    assert {tuple(dict(image.verdicts)) for image in IMAGES} == {("linux/amd64", "linux/arm64")}


@pytest.mark.parametrize(("image", "platform", "verdict"), VERDICTS)
def test_a_real_image_gets_its_known_verdict(
    image: KnownImage, platform: str, verdict: str
) -> None:
    layout = OciLayout(image.layout)
    (reference,) = layout.references()
    root = layout.document(reference.digest, reference.media_type)
    assert root is not None
    policy = Policy(required_platforms=(parse_platform(platform),))

    found = read_image(root, layout, ReadRequest(policy.required_platforms), lambda: 0.0)

    assert found.digest == image.digest
    assert found.kind == image.kind
    assert found.platforms == image.platforms
    assert evaluate(found, policy).name == verdict


@pytest.mark.parametrize(("image", "platform", "verdict"), VERDICTS)
def test_inspect_prints_the_known_verdict_of_a_real_image(
    image: KnownImage, platform: str, verdict: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["inspect", f"oci:{image.layout}", "--json", "--platform", platform])

    output, errors = capsys.readouterr()
    (line,) = output.splitlines()
    printed = json.loads(line)
    assert set(printed) == OUTPUT_KEYS
    assert printed["reference"] == f"oci:{image.layout}:latest"
    assert printed["digest"] == image.digest
    assert printed["kind"] == image.kind
    assert tuple(printed["platforms"]) == image.platforms
    assert printed["verdict"] == verdict
    assert printed["reason"]
    assert status == EXIT_STATUS.get(verdict, 1)
    assert errors == ""
