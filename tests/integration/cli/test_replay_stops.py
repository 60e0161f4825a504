"""`platform-guard replay` on the sample events of stopped tasks."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from platform_guard_cli.replay.event_files import read_event
from platform_guard_cli.replay.replay import (
    ReplayResult,
    layouts_by_digest,
    render_json,
    render_text,
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
    "running": ("not matched", None),
}


def replayed(names: Iterable[str], assembly: Path) -> list[ReplayResult]:
    layouts = layouts_by_digest()
    paths = [EVENTS / f"{name}.json" for name in names]
    return [replay_event(path, read_event(path), assembly, layouts) for path in paths]


def test_a_sample_event_has_the_cause_of_its_name(default_assembly: Path) -> None:
    results = replayed(EXPECTED, default_assembly)

    printed = [json.loads(render_json(item)) for item in results]
    assert {
        Path(line["event"]).stem: (line["outcome"], line["cause"]) for line in printed
    } == EXPECTED
    assert [len(line["alerts"]) for line in printed] == [
        int(status == "alerted") for status, _ in EXPECTED.values()
    ]
    assert "platform-mismatch" in render_text(results[0])


def test_exited_tasks_are_not_matched_if_the_settings_exclude_them(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    assembly = cloud_assembly("[diagnosis]\nexec_format = false\n", tmp_path_factory)

    for result in replayed(["fargate-exec-format", "fargate-ordinary-exit"], assembly):
        assert result.outcome.status == "not matched"
        assert "EssentialContainerExited" in result.outcome.reason
