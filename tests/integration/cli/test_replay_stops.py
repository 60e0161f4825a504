"""Replaying the sample events of stopped tasks."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from platform_guard_cli.replay.event_files import read_event
from platform_guard_cli.replay.replay import (
    Replayed,
    as_json,
    for_people,
    layouts_by_digest,
    replay_event,
)
from tests.support.paths import ROOT
from tests.support.synthesis import cloud_assembly

EVENTS = ROOT / "events/ecs"
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


def replayed(names: Iterable[str], assembly: Path) -> list[Replayed]:
    layouts = layouts_by_digest()
    paths = [EVENTS / f"{name}.json" for name in names]
    return [replay_event(path, read_event(path), assembly, layouts) for path in paths]


def test_a_sample_event_is_explained_as_its_name_says(default_assembly: Path) -> None:
    ended = replayed(EXPECTED, default_assembly)

    printed = [json.loads(as_json(item)) for item in ended]
    assert {
        Path(line["event"]).stem: (line["outcome"], line["cause"]) for line in printed
    } == EXPECTED
    assert [len(line["alerts"]) for line in printed] == [
        int(word == "alerted") for word, _ in EXPECTED.values()
    ]
    assert "platform-mismatch" in for_people(ended[0])


def test_exited_tasks_are_not_let_through_where_the_settings_say_so(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    assembly = cloud_assembly("[diagnosis]\nexec_format = false\n", tmp_path_factory)

    for ended in replayed(["fargate-exec-format", "fargate-ordinary-exit"], assembly):
        assert ended.outcome.word == "not let through"
        assert "EssentialContainerExited" in ended.outcome.reason
