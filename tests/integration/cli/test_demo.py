"""The output of `platform-guard demo` without a terminal."""

from io import StringIO

import pytest
from rich.console import Console

from platform_guard_cli.demo.story import run_demo
from platform_guard_cli.replay.scenarios import SCENARIOS


@pytest.fixture(scope="module")
def demo_output(tmp_path_factory: pytest.TempPathFactory) -> str:
    settings = tmp_path_factory.mktemp("settings") / "guard.toml"
    settings.touch()
    printed = StringIO()
    run_demo(settings, Console(file=printed, highlight=False, soft_wrap=True))
    return printed.getvalue()


def section(demo_output: str, number: int) -> str:
    start = demo_output.index(f"\n{number}. ")
    end = demo_output.find(f"\n{number + 1}. ", start)
    return demo_output[start:end]


def test_every_scenario_is_printed(demo_output: str) -> None:
    for number, scenario in enumerate(SCENARIOS, 1):
        assert scenario.title in section(demo_output, number)


def test_the_output_without_a_terminal_is_plain_text(demo_output: str) -> None:
    assert all(character.isprintable() or character == "\n" for character in demo_output)


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        (1, "missing-platform: it contains only linux/arm64; linux/amd64 is required"),
        (2, "missing-platform: it contains only linux/arm64; linux/amd64 is required"),
        (3, "compliant: it is an image for linux/amd64"),
        (4, "compliant: it is an index for linux/amd64, linux/arm64"),
        (5, "mislabeled: its index entry for linux/amd64"),
        (6, "not-an-image: it is an artifact, not an image"),
        (7, "not-an-image: it is an artifact, not an image"),
        (8, "superseded: the tag has moved on, or the image is gone"),
    ],
)
def test_a_scenario_ends_with_its_verdict(demo_output: str, number: int, verdict: str) -> None:
    assert f"verdict    {verdict}" in section(demo_output, number)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_a_finding_is_marked_and_its_alert_is_shown(demo_output: str, number: int) -> None:
    printed = section(demo_output, number)

    assert "remedy     marked with the tag platform-guard." in printed
    assert "| Build it" in printed
    assert "docker buildx build --platform linux/amd64" in printed


@pytest.mark.parametrize("number", [3, 4, 6, 7, 8])
def test_an_image_without_a_finding_is_left_alone(demo_output: str, number: int) -> None:
    printed = section(demo_output, number)

    assert "remedy     none needed" in printed
    assert "\n   alert" not in printed


def test_no_image_is_deleted(demo_output: str) -> None:
    assert "0 images deleted" in demo_output
