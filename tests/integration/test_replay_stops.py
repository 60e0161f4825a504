"""Replaying the sample events of stopped tasks."""

import json
from pathlib import Path

import pytest

from cli.replay import as_json, for_people, replay

EVENTS = Path(__file__).parents[2] / "events" / "ecs"
EXPECTED = {
    "ec2-platform-mismatch": ("alerted", "platform-mismatch"),
    "fargate-platform-mismatch": ("alerted", "platform-mismatch"),
    "fargate-image-not-found": ("alerted", "image-not-found"),
    "fargate-access-denied-cross-account": ("alerted", "access-denied"),
    "fargate-exec-format": ("alerted", "exec-format"),
    "fargate-exec-format-mislabeled": ("alerted", "exec-format"),
    "fargate-ordinary-exit": ("ignored", None),
    "fargate-secret": ("ignored", None),
    "running": ("not let through", None),
}


def test_a_sample_event_is_explained_as_its_name_says(tmp_path: Path) -> None:
    settings = tmp_path / "guard.toml"
    settings.touch()
    paths = [EVENTS / f"{name}.json" for name in EXPECTED]

    replayed = list(replay(paths, settings, []))

    printed = [json.loads(as_json(item)) for item in replayed]
    assert {
        Path(line["event"]).stem: (line["outcome"], line["cause"]) for line in printed
    } == EXPECTED
    assert [len(line["alerts"]) for line in printed] == [
        int(word == "alerted") for word, _ in EXPECTED.values()
    ]
    assert "platform-mismatch" in for_people(replayed[0])


@pytest.mark.parametrize("name", ["fargate-exec-format", "fargate-ordinary-exit"])
def test_exited_tasks_are_not_let_through_where_the_settings_say_so(
    tmp_path: Path, name: str
) -> None:
    settings = tmp_path / "guard.toml"
    settings.write_text("[diagnosis]\nexec_format = false\n")

    (replayed,) = replay([EVENTS / f"{name}.json"], settings, [])

    assert replayed.outcome.word == "not let through"
    assert "EssentialContainerExited" in replayed.outcome.reason
