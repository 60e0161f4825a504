"""Sweeps with changed settings and with limits."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from platform_guard.settings import SETTINGS_FILE
from platform_guard_emulator import LocalAws, deploy
from platform_guard_settings.compiled import compile_settings
from platform_guard_settings.guard_toml import parse_settings
from tests.support.registry import MAC_BUILD, PLAIN_AMD64, PLAIN_ARM64, marks, push
from tests.support.sweeps import HOUR, Clock, Sweeps, metric

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

DAY = 24 * HOUR
ONLY_ALERT = '[remedies]\nmissing-platform = "alert"\n'


@pytest.fixture
def settings(default_assembly: Path, tmp_path: Path) -> "Settings":
    return Settings(default_assembly, tmp_path / "cdk.out")


class Settings:
    """The deployed settings of a stack with the default policy's permissions."""

    def __init__(self, assembly: Path, folder: Path) -> None:
        self.assembly = folder
        shutil.copytree(assembly, folder)

    def change(self, guard_toml: str) -> None:
        """Put other settings beside the code."""
        (file,) = self.assembly.glob(f"asset.*/{SETTINGS_FILE}")
        file.write_text(compile_settings(parse_settings(guard_toml)), encoding="utf-8")


def test_a_sweep_without_remedies_left_reports_its_findings_once(
    aws: LocalAws, settings: Settings, clock: Clock, ecr: "ECRClient"
) -> None:
    settings.change("[sweep]\nmax_remedies = 0\n")
    sweeps = Sweeps(aws, deploy(aws, settings.assembly), clock)
    push(aws, MAC_BUILD)
    push(aws, PLAIN_ARM64, tag="2")
    sweeps.drop_events()

    sweeps.sweep()

    (alert,) = sweeps.alerts()
    assert alert["facts"]["missing_platform"] == "2"
    assert alert["facts"]["postponed"] == "2 to the next sweep"
    assert marks(ecr) == set()

    sweeps.sweep()

    assert sweeps.alerts() == []
    assert sweeps.calls() == {"DescribeRepositories": 1, "DescribeImages": 1}


def test_a_postponed_finding_is_remediated_and_reported_by_the_next_sweep(
    aws: LocalAws, settings: Settings, clock: Clock, ecr: "ECRClient"
) -> None:
    settings.change("[sweep]\nmax_remedies = 1\n")
    sweeps = Sweeps(aws, deploy(aws, settings.assembly), clock)
    push(aws, MAC_BUILD)
    push(aws, PLAIN_ARM64, tag="2")
    sweeps.drop_events()
    notified = []

    for _ in range(3):
        sweeps.sweep()
        notified.append([alert["title"].partition(": ")[2] for alert in sweeps.alerts()])

    assert notified == [
        ["the sweep found 2 images without an alert"],
        ["remediating 1 previously reported finding"],
        [],
    ]
    assert len(marks(ecr)) == 2


def test_a_remedy_added_later_applies_to_reported_findings(
    aws: LocalAws, settings: Settings, clock: Clock, ecr: "ECRClient"
) -> None:
    settings.change(ONLY_ALERT)
    sweeps = Sweeps(aws, deploy(aws, settings.assembly), clock)
    push(aws, MAC_BUILD, tag="there-before")
    sweeps.drop_events()
    sweeps.sweep()
    push(aws, PLAIN_ARM64, tag="pushed-later")
    sweeps.guard.drain()
    clock.moved += DAY
    sweeps.sweep()
    assert [alert["code"] for alert in sweeps.alerts()] == ["sweep", "missing-platform"]
    assert marks(ecr) == set()

    settings.change("")
    sweeps.guard.restart()
    clock.moved += DAY
    invocations = sweeps.sweep()

    assert {mark.split(".")[2] for mark in marks(ecr)} == {"there-before", "pushed-later"}
    (alert,) = sweeps.alerts()
    assert "1 image with a finding by the changed policy" in alert["title"]
    assert alert["facts"]["remedied"] == "2, as the policy says"
    assert metric(invocations, "pushes_missed") == 0

    sweeps.sweep()

    assert sweeps.alerts() == []


def test_a_finding_of_a_changed_policy_does_not_count_as_missed(
    aws: LocalAws, settings: Settings, clock: Clock
) -> None:
    sweeps = Sweeps(aws, deploy(aws, settings.assembly), clock)
    aws.client("ecr").create_repository(repositoryName="shop/api")
    sweeps.sweep()
    clock.moved += HOUR
    push(aws, PLAIN_AMD64)
    sweeps.guard.drain()
    clock.moved += HOUR
    sweeps.sweep()
    assert sweeps.alerts() == []

    settings.change('[guard]\nrequired_platforms = ["linux/arm64"]\n')
    sweeps.guard.restart()
    invocations = sweeps.sweep()

    (alert,) = sweeps.alerts()
    assert "by the changed policy" in alert["title"]
    assert "without an alert" not in alert["title"] + alert["summary"]
    assert "0 of them for the first time" in alert["summary"]
    assert metric(invocations, "pushes_missed") == 0


def test_a_finding_blocked_at_the_push_is_not_enqueued_again(
    aws: LocalAws, destructive_assembly: Path, clock: Clock
) -> None:
    sweeps = Sweeps(aws, deploy(aws, destructive_assembly), clock)
    name = "quarantine/api"
    aws.client("ecr").create_repository(repositoryName=name)
    for tag in ("1.0", "latest"):
        push(aws, MAC_BUILD, tag=tag, repository=name)
    sweeps.guard.drain()
    assert sweeps.alerts()
    clock.moved += DAY

    invocations = sweeps.sweep()

    sweep = sweeps.guard.function("sweep.handler").logical_id
    assert {invocation.function for invocation in invocations} == {sweep}
    assert sweeps.alerts() == []


@pytest.mark.usefixtures("ecr")
def test_nothing_is_evaluated_if_resource_tags_cannot_be_read(
    aws: LocalAws, overridable_assembly: Path, clock: Clock
) -> None:
    sweeps = Sweeps(aws, deploy(aws, overridable_assembly), clock)
    push(aws, MAC_BUILD)
    sweeps.drop_events()
    sweeps.sweep()
    assert [alert["code"] for alert in sweeps.alerts()] == ["sweep"]
    clock.moved += DAY
    sweeps.guard.restart()
    aws.fail("ListTagsForResource", "AccessDeniedException", times=10)

    sweeps.sweep()

    (alert,) = sweeps.alerts()
    assert alert["title"].endswith("the sweep could not see 1 repository, wholly or in part")
    (line,) = alert["evidence"]
    assert "whether the repository's resource tags override the policy (AccessDen" in line
    assert "BatchGetImage" not in sweeps.calls()
    aws.clear_failures()

    sweeps.sweep()

    assert sweeps.alerts() == []
    assert "BatchGetImage" not in sweeps.calls()
