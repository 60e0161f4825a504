"""Alerts about pushed images: text, severity and commands."""

import shlex

import pytest

from platform_guard.alerts.alert import Alert, Severity
from platform_guard.alerts.render.plain_text import render_text
from platform_guard.alerts.render.sns_message import compose_message
from platform_guard.oci.platforms import Platform
from platform_guard.policy.policy import Policy
from platform_guard.registry.reference import Repository
from tests.support.channels import render_all_channels
from tests.support.golden import golden
from tests.support.images import (
    Blob,
    config,
    image,
    index,
    listed_image,
    manifest,
)
from tests.support.push_cases import ALERTS
from tests.support.pushes import REPOSITORY, alert_about

AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")
URI = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/app:v1"
SNS_MESSAGE_LIMIT = 256 * 1024


@pytest.mark.parametrize(("name", "alert"), ALERTS.items(), ids=ALERTS)
def test_a_push_alert_matches_its_golden_file(name: str, alert: Alert) -> None:
    assert render_all_channels(alert) == golden(f"push/{name}")


@pytest.mark.parametrize("alert", ALERTS.values(), ids=ALERTS)
def test_every_command_in_a_push_alert_parses_and_names_the_image(alert: Alert) -> None:
    commands = [command for fix in alert.fixes for command in fix.commands]

    assert len(commands) == 3
    build, free_tag, check = (shlex.split(command) for command in commands)
    assert build[:3] == ["docker", "buildx", "build"]
    assert build[build.index("--platform") + 1] == "linux/amd64"
    assert {"--provenance=false", "--sbom=false", "--push"} <= set(build)
    assert build[build.index("-t") + 1] == URI
    assert free_tag[:3] == ["aws", "ecr", "batch-delete-image"]
    assert free_tag[free_tag.index("--repository-name") + 1] == "team/app"
    assert free_tag[free_tag.index("--region") + 1] == "eu-central-1"
    assert free_tag[free_tag.index("--image-ids") + 1] == "imageTag=v1"
    assert check == ["docker", "buildx", "imagetools", "inspect", URI]


def test_the_build_command_lists_every_required_platform() -> None:
    alert = alert_about(image("linux/s390x"), Policy(required_platforms=(AMD64, ARM64)))

    assert " --platform linux/amd64,linux/arm64 " in alert.fixes[0].commands[0]


def test_image_names_in_commands_are_quoted_for_the_shell() -> None:
    hostile = Repository("123456789012", "eu-central-1", "app;$(reboot)")

    alert = alert_about(image("linux/arm64"), repository=hostile, tag="v1 && `reboot`")

    words = [word for fix in alert.fixes for line in fix.commands for word in shlex.split(line)]
    assert not {"&&", "`reboot`"} & set(words)
    assert "imageTag=v1 && `reboot`" in words


def test_a_finding_that_prevents_a_task_from_running_is_a_warning() -> None:
    assert {name for name, alert in ALERTS.items() if alert.severity is Severity.INFO} == {
        "index-only-attestation",
        "index-only-forbidden",
        "index-only-soci",
        "unreadable",
    }


def test_the_title_names_only_the_missing_platform() -> None:
    policy = Policy(required_platforms=(AMD64, ARM64))

    alert = alert_about(index(listed_image("linux/amd64"), listed_image("linux/s390x")), policy)

    assert "cannot run on linux/arm64" in alert.title
    assert "linux/amd64" not in alert.title


@pytest.mark.parametrize(
    ("held", "required", "said"),
    [
        ("linux/arm64", (AMD64,), 'stops with "exec format error"'),
        ("linux/amd64/v2", (AMD64, ARM64), 'stops with "exec format error"'),
        ("linux/amd64/v2", (AMD64,), "stops with an illegal instruction"),
        ("linux/arm64/v8.2", (ARM64,), "stops with an illegal instruction"),
        ("windows/amd64", (AMD64,), "A task cannot run it."),
        ("windows/arm64", (AMD64,), "A task cannot run it."),
    ],
)
def test_the_predicted_failure_of_a_plain_image_depends_on_the_mismatch(
    held: str, required: tuple[Platform, ...], said: str
) -> None:
    alert = alert_about(image(held), Policy(required_platforms=required))

    assert said in alert.summary


def test_an_older_windows_image_is_not_reported_as_another_architecture() -> None:
    root = manifest(config("windows/amd64", **{"os.version": "10.0.17763.1"}))
    policy = Policy(required_platforms=(Platform("windows", "amd64", os_version="10.0.20348"),))

    assert "A task cannot run it." in alert_about(root, policy).summary


@pytest.mark.parametrize(
    "alert",
    [
        pytest.param(ALERTS["index-only-forbidden"], id="two platforms"),
        pytest.param(ALERTS["index-only-soci"], id="a SOCI index"),
        pytest.param(alert_about(index(listed_image("linux/amd64"))), id="nothing else"),
    ],
)
def test_an_index_without_attestations_gets_no_attestation_fix(alert: Alert) -> None:
    assert not [fix for fix in alert.fixes if "attestations" in fix.title]


def test_a_soci_index_is_offered_to_be_kept_first() -> None:
    keep, build, *_ = ALERTS["index-only-soci"].fixes

    assert "SOCI index" in keep.title
    assert 'index_rule = "allow"' in keep.title
    assert not keep.commands
    assert build.title.startswith("If Lambda or SageMaker is to run it,")


@pytest.mark.parametrize(
    "root",
    [
        pytest.param(index(*[listed_image("linux/arm64")] * 5_000), id="5,000 entries"),
        pytest.param(image("linux/" + "x" * 500_000), id="a 500 KB architecture"),
        pytest.param(manifest(config("linux/arm64", variant="v" * 200_000)), id="a 200 KB variant"),
    ],
)
def test_an_alert_about_a_huge_image_fits_into_one_sns_message(root: Blob) -> None:
    assert len(compose_message(alert_about(root)).body.encode()) < SNS_MESSAGE_LIMIT


@pytest.mark.parametrize(
    "policy",
    [Policy(), Policy(required_platforms=(Platform("windows", "amd64"),))],
    ids=["amd64", "windows"],
)
def test_an_email_wraps_at_80_columns_except_names_and_commands(policy: Policy) -> None:
    names = ["386", "amd64/v2", "arm/v6", "arm/v7", "arm64", "ppc64le", "riscv64", "s390x"]
    root = index(*(listed_image(f"linux/{name}") for name in names if name != "386"))
    alert = alert_about(root, policy)

    for text in [render_text(alert), *map(render_text, ALERTS.values())]:
        for line in text.splitlines():
            is_whole = line.startswith(("  docker ", "  aws ")) or "https://" in line
            assert is_whole or "sha256:" in line or REPOSITORY.uri in line or len(line) <= 80
