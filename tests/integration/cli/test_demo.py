"""`platform-guard demo`, as it is printed where there is no terminal."""

from io import StringIO

import pytest
from rich.console import Console

from platform_guard_cli.demo.story import tell_story
from platform_guard_cli.replay.scenarios import SCENARIOS


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> str:
    settings = tmp_path_factory.mktemp("settings") / "guard.toml"
    settings.touch()
    printed = StringIO()
    tell_story(settings, Console(file=printed, highlight=False, soft_wrap=True))
    return printed.getvalue()


def chapter(story: str, number: int) -> str:
    start = story.index(f"\n{number}. ")
    end = story.find(f"\n{number + 1}. ", start)
    return story[start:end]


def test_every_scene_is_told(story: str) -> None:
    for number, scenario in enumerate(SCENARIOS, 1):
        assert scenario.title in chapter(story, number)


def test_it_is_plain_text_where_there_is_no_terminal(story: str) -> None:
    assert all(character.isprintable() or character == "\n" for character in story)


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        (1, "missing-platform: it holds linux/arm64, but nothing that runs on linux/amd64"),
        (2, "missing-platform: it holds linux/arm64, but nothing that runs on linux/amd64"),
        (3, "compliant: it is an image for linux/amd64"),
        (4, "compliant: it is an index for linux/amd64, linux/arm64"),
        (5, "mislabeled: its index says linux/amd64"),
        (6, "not-an-image: it is an artifact, not an image"),
        (7, "not-an-image: it is an artifact, not an image"),
        (8, "stale: the tag has moved on, or the image is gone"),
    ],
)
def test_a_scene_ends_with_its_verdict(story: str, number: int, verdict: str) -> None:
    assert f"verdict    {verdict}" in chapter(story, number)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_a_finding_is_marked_and_its_alert_is_shown(story: str, number: int) -> None:
    notified = chapter(story, number)

    assert "remedy     marked with the tag platform-guard." in notified
    assert "| Build it" in notified
    assert "docker buildx build --platform linux/amd64" in notified


@pytest.mark.parametrize("number", [3, 4, 6, 7, 8])
def test_everything_else_is_left_alone(story: str, number: int) -> None:
    notified = chapter(story, number)

    assert "remedy     none needed" in notified
    assert "\n   alert" not in notified


def test_nothing_is_deleted(story: str) -> None:
    assert "0 images deleted" in story
