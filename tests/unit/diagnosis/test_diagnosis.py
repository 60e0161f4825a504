"""Diagnoses and alerts about tasks that could not pull or execute their image."""

import re
import shlex
from dataclasses import replace

import pytest

from platform_guard.alerts.render.plain_text import render_text
from platform_guard.diagnosis.diagnosis import diagnose, diagnose_exec_format
from platform_guard.diagnosis.evidence.model import NO_EVIDENCE, Evidence, Unavailable
from platform_guard.diagnosis.failure import exec_format_candidates
from platform_guard.diagnosis.pull_error.classifier import Cause
from tests.support.aws_commands import check_aws_command
from tests.support.channels import render_all_channels
from tests.support.diagnoses import CASES, alert_of
from tests.support.diagnosis_evidence import IMMUTABLE, SERVICE
from tests.support.golden import golden
from tests.support.images import Blob, attestation, image, index, listed, listed_image
from tests.support.stops import failure_of, stop_of, stored


@pytest.mark.parametrize("name", CASES)
def test_the_text_of_a_diagnosis_matches_its_golden_file(name: str) -> None:
    assert render_text(alert_of(name)) == golden(f"diagnosis/{name}")


@pytest.mark.parametrize("cause", sorted(set(Cause) - {Cause.NOT_A_PULL_ERROR}))
def test_an_alert_matches_its_golden_file_on_every_channel(cause: Cause) -> None:
    assert render_all_channels(alert_of(cause)) == golden(f"channels/{cause}")


def test_every_alerted_cause_has_a_diagnosis() -> None:
    assert {alert_of(name).code for name in CASES} == set(Cause) - {Cause.NOT_A_PULL_ERROR}


@pytest.mark.parametrize("name", CASES)
def test_every_fix_has_valid_commands(name: str) -> None:
    commands = [command for fix in alert_of(name).fixes for command in fix.commands]

    assert commands
    for command in commands:
        words = shlex.split(command)
        if words[0] == "aws":
            check_aws_command(command)
        else:
            assert words[0] in ("docker", "df", "sudo")


@pytest.mark.parametrize("name", CASES)
def test_a_diagnosis_fits_80_columns_except_names_and_commands(name: str) -> None:
    for line in render_text(alert_of(name)).splitlines():
        is_command = re.match(r"  (?:aws|docker) ", line) is not None
        has_long_name = any(len(word) > 40 for word in line.split())
        assert is_command or has_long_name or len(line) <= 80, line


@pytest.mark.parametrize("name", CASES)
def test_a_fix_for_a_real_task_has_no_placeholders_for_its_names(name: str) -> None:
    text = " ".join(command for fix in alert_of(name).fixes for command in fix.commands)

    words = re.findall(r"[A-Z][A-Z_]+", text)
    assert not {"CLUSTER", "SERVICE", "FAMILY", "REGION", "ACCOUNT", "TASK_ID"} & set(words)


EXECUTABLE = stored(image("linux/amd64"), tag="2.0.0")


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(NO_EVIDENCE, id="no evidence"),
        pytest.param(Evidence(image=Unavailable("the image", "throttled")), id="lookup failed"),
        pytest.param(Evidence(image=EXECUTABLE), id="same platform"),
        pytest.param(Evidence(image=stored(attestation())), id="attestation"),
        pytest.param(Evidence(image=stored(image("linux/amd64/v3"))), id="another variant"),
        pytest.param(
            Evidence(image=stored(index(listed(image("linux/amd64/v3"), "linux/amd64/v3")))),
            id="another variant in an index",
        ),
    ],
)
def test_an_exit_without_a_platform_mismatch_is_not_an_exec_format_error(
    evidence: Evidence,
) -> None:
    stop = stop_of("fargate-exec-format")

    assert diagnose_exec_format(stop, exec_format_candidates(stop)[0], evidence) is None


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        pytest.param(image("linux/arm64"), "it contains only linux/arm64", id="another platform"),
        pytest.param(
            index(listed(image("linux/arm64"), "linux/amd64")),
            "is an image for linux/arm64",
            id="mislabeled",
        ),
    ],
)
def test_an_exit_of_an_image_for_another_platform_is_an_exec_format_error(
    root: Blob, expected: str
) -> None:
    stop = stop_of("fargate-exec-format")
    evidence = Evidence(image=stored(root, tag="2.0.0"))

    diagnosis = diagnose_exec_format(stop, exec_format_candidates(stop)[0], evidence)

    assert diagnosis is not None
    assert diagnosis.cause is Cause.EXEC_FORMAT
    assert expected in diagnosis.summary


@pytest.mark.parametrize(
    ("stored_platforms", "built"),
    [
        pytest.param(["linux/arm64"], "linux/amd64", id="one other"),
        pytest.param(
            ["linux/arm64", "linux/s390x"], "linux/amd64,linux/arm64,linux/s390x", id="two others"
        ),
    ],
)
def test_a_rebuild_keeps_the_other_platforms_of_a_multi_platform_image(
    stored_platforms: list[str], built: str
) -> None:
    stop = stop_of("fargate-platform-mismatch")
    evidence = Evidence(image=stored(index(*map(listed_image, stored_platforms))))

    first, *_ = diagnose(stop, failure_of(stop), evidence).fixes

    assert f"docker buildx build --platform {built} " in first.commands[0]


def test_a_mutable_repository_needs_no_tag_deletion() -> None:
    commands = [command for fix in alert_of("platform-mismatch").fixes for command in fix.commands]

    assert not any("batch-delete-image" in command for command in commands)


def test_in_an_immutable_repository_a_new_tag_comes_before_deleting_the_old_one() -> None:
    first, *_, last = alert_of("platform-mismatch-immutable").fixes

    assert "shop/api:1.4.2-rebuilt --push" in first.commands[0]
    assert "batch-delete-image" in last.commands[0]
    assert "That deletes the image unless it has another tag" in last.title


@pytest.mark.parametrize("name", CASES)
def test_only_the_last_fix_deletes_a_tag_and_only_in_an_immutable_repository(name: str) -> None:
    *others, last = alert_of(name).fixes

    assert not any("batch-delete-image" in command for fix in others for command in fix.commands)
    if any("batch-delete-image" in command for command in last.commands):
        _, evidence = CASES[name]
        assert evidence.repository == IMMUTABLE


def test_enabling_public_addresses_keeps_the_network_configuration_of_a_service() -> None:
    (command,) = alert_of("network-registry-no-public-address").fixes[0].commands

    assert SERVICE.network is not None
    assert f"subnets=[{','.join(SERVICE.network.subnets)}]" in command
    assert f"securityGroups=[{','.join(SERVICE.network.security_groups)}]" in command


@pytest.mark.parametrize("name", ["platform-mismatch-code-deploy", "platform-mismatch-external"])
def test_a_service_that_ecs_does_not_deploy_is_not_updated(name: str) -> None:
    commands = [command for fix in alert_of(name).fixes for command in fix.commands]

    assert not any("update-service" in command for command in commands)


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "eu-central-1"])
def test_the_runbook_link_uses_the_console_of_the_partition(region: str) -> None:
    stop = replace(stop_of("fargate-truncated"), region=region)
    facts = dict(diagnose(stop, failure_of(stop)).facts)

    domain = {
        "cn-north-1": "console.amazonaws.cn",
        "us-gov-west-1": "console.amazonaws-us-gov.com",
        "eu-central-1": "console.aws.amazon.com",
    }[region]
    assert facts["Runbook"].startswith(f"https://{domain}/systems-manager/automation/execute/")
    assert facts["Runbook"].endswith(f"?region={region}#ClusterName=prod&TaskId={stop.task_id}")
