"""The emulator deploys a template and runs its functions with the template's permissions."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest

from platform_guard_emulator import Deployment, LocalAws, deploy
from platform_guard_emulator.deploy.assembly import AssemblyError
from platform_guard_emulator.deploy.stack_creation import DeploymentError
from tests.contract.repository import ScratchRepository, image
from tests.support.emulator_assembly import PUSHES, template, write_assembly


@pytest.fixture
def local() -> Iterator[LocalAws]:
    with LocalAws(clock=lambda: datetime(2026, 11, 24, tzinfo=UTC)) as aws:
        yield aws


@pytest.fixture
def deployment(local: LocalAws, tmp_path: Path) -> Deployment:
    return deploy(local, write_assembly(tmp_path / "cdk.out", template()))


@pytest.fixture
def repository(local: LocalAws) -> ScratchRepository:
    local.client("ecr").create_repository(repositoryName="team/app")
    return ScratchRepository(local.client("ecr"), "team/app")


def test_functions_and_event_source_mappings_are_resolved(deployment: Deployment) -> None:
    function = deployment.function("entry.handler")

    assert deployment.outputs == {"TopicArn": deployment.physical_id("Topic")}
    assert function.environment["TOPIC_ARN"] == deployment.outputs["TopicArn"]
    assert (function.timeout, function.memory) == (30, 256)
    assert [
        (mapping.function, mapping.batch_size, mapping.reports_batch_item_failures)
        for mapping in deployment.event_source_mappings
    ] == [("Function", 10, True)]


def test_a_push_passes_rule_queue_function_and_topic(
    local: LocalAws, deployment: Deployment, repository: ScratchRepository
) -> None:
    digest = repository.push(image(), "v1")

    (invocation,) = deployment.drain()

    assert invocation.error is None
    assert invocation.response == {"batchItemFailures": []}
    assert invocation.logs == ({"tag": "v1", "invocation": 1}, "plain text")
    assert [(call.service, call.operation) for call in local.calls] == [
        ("ecr", "BatchGetImage"),
        ("sns", "Publish"),
    ]
    assert local.calls[0].params["imageIds"] == [{"imageDigest": digest}]
    (alert,) = deployment.alerts()
    assert alert.subject == "seen"
    assert alert.texts == {"default": "v1", "email": "a mail"}
    assert alert.attributes == {"severity": "info"}
    assert deployment.drain() == []


def test_the_event_of_a_function_has_lambdas_shape(
    deployment: Deployment, repository: ScratchRepository
) -> None:
    repository.push(image(), "v1")

    (invocation,) = deployment.drain()

    assert isinstance(invocation.event, dict)
    (record,) = invocation.event["Records"]
    assert set(record) == {
        "messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody",
        "eventSource", "eventSourceARN", "awsRegion",
    }  # fmt: skip
    assert record["eventSource"] == "aws:sqs"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["attributes"]["SentTimestamp"].isdigit()


def test_no_function_runs_before_the_queues_are_drained(
    local: LocalAws, repository: ScratchRepository, tmp_path: Path
) -> None:
    stack = template()
    stack["Resources"]["Queue"]["Properties"]["DelaySeconds"] = 0
    deployment = deploy(local, write_assembly(tmp_path / "cdk.out", stack))

    repository.push(image(), "v1")

    assert local.calls == []
    assert len(deployment.drain()) == 1


def test_an_event_that_the_rule_does_not_match_invokes_no_function(
    deployment: Deployment, repository: ScratchRepository
) -> None:
    repository.push(image())

    assert deployment.drain() == []


def test_only_the_failed_message_of_a_batch_is_redelivered_and_becomes_a_dead_letter(
    deployment: Deployment, repository: ScratchRepository
) -> None:
    repository.push(image(), "later", "v1")

    invocations = deployment.drain()

    assert [_tags(item.logs) for item in invocations] == [["later", "v1"], ["later"], ["later"]]
    ((body,),) = deployment.dead_letters().values()
    assert '"image-tag": "later"' in body
    assert len(deployment.alerts()) == 1


def test_an_exception_fails_the_whole_batch(
    deployment: Deployment, repository: ScratchRepository
) -> None:
    repository.push(image(), "broken", "v1")

    invocations = deployment.drain()

    assert len(invocations) == 3
    assert "ValueError: cannot do it" in (invocations[0].error or "")
    assert [len(bodies) for bodies in deployment.dead_letters().values()] == [2]


def test_the_second_invocation_is_warm(
    deployment: Deployment, repository: ScratchRepository
) -> None:
    repository.push(image("one"), "v1")
    deployment.drain()
    repository.push(image("two"), "v2")

    (invocation,) = deployment.drain()

    assert invocation.logs[0] == {"tag": "v2", "invocation": 2}


def test_the_role_has_only_the_permissions_of_the_template(
    local: LocalAws, deployment: Deployment
) -> None:
    local.client("ecr").create_repository(repositoryName="private")
    ScratchRepository(local.client("ecr"), "private").push(image(), "v1")

    invocation = deployment.drain()[0]

    assert invocation.error is not None
    assert (
        "is not authorized to perform: ecr:BatchGetImage on resource: "
        "arn:aws:ecr:eu-central-1:123456789012:repository/private" in invocation.error
    )


def test_an_injected_failure_is_raised_as_the_clients_exception(
    local: LocalAws, deployment: Deployment, repository: ScratchRepository
) -> None:
    repository.push(image(), "v1")
    local.fail("BatchGetImage", "ServerException", times=2)

    invocations = deployment.drain()

    errors = [(invocation.error or "").count("ServerException") > 0 for invocation in invocations]
    assert errors == [True, True, False]
    assert len(deployment.alerts()) == 1


def test_the_environment_is_that_of_the_template_and_is_restored_afterwards(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONLY_HERE", "1")
    library = sys.modules["platform_guard"]
    session = boto3.DEFAULT_SESSION

    invocation = deployment.invoke("entry.report", {})

    assert isinstance(invocation.response, dict)
    names = set(invocation.response["environment"])
    assert {"TOPIC_ARN", "TABLE", "AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME"} <= names
    assert "ONLY_HERE" not in names
    assert os.environ["ONLY_HERE"] == "1"
    assert "TOPIC_ARN" not in os.environ
    assert sys.modules["platform_guard"] is library
    assert boto3.DEFAULT_SESSION is session
    assert (invocation.response["left"], invocation.response["memory"]) == (30_000, "256")


def test_an_asset_that_differs_from_the_installed_library_is_rejected(
    local: LocalAws, tmp_path: Path
) -> None:
    assembly = write_assembly(tmp_path / "cdk.out", template())
    (assembly / "asset.code" / "platform_guard" / "marks.py").write_text("changed = True\n")
    deployment = deploy(local, assembly)

    with pytest.raises(AssertionError, match=r"marks\.py: synthesize again"):
        deployment.invoke("entry.report", {})


def test_an_event_pattern_that_moto_misreads_is_rejected(local: LocalAws, tmp_path: Path) -> None:
    pattern = {**PUSHES, "detail": {"image-tag": [{"regex": "v.*"}]}}

    with pytest.raises(DeploymentError, match=r"Rule: .* detail\.image-tag: regex"):
        deploy(local, write_assembly(tmp_path / "cdk.out", template(pattern)))


def test_a_resource_type_that_moto_lacks_is_rejected(local: LocalAws, tmp_path: Path) -> None:
    stack = template()
    stack["Resources"]["Farm"] = {"Type": "AWS::AppRunner::Service"}

    with pytest.raises(DeploymentError, match="Farm: moto has no AWS::AppRunner::Service"):
        deploy(local, write_assembly(tmp_path / "cdk.out", stack))


def test_a_role_that_cannot_read_its_queue_is_rejected(local: LocalAws, tmp_path: Path) -> None:
    stack = template()
    del stack["Resources"]["Policy"]["Properties"]["PolicyDocument"]["Statement"][0]

    with pytest.raises(PermissionError, match="sqs:ReceiveMessage"):
        deploy(local, write_assembly(tmp_path / "cdk.out", stack))


def test_a_folder_that_is_not_an_assembly_is_rejected(local: LocalAws, tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match="is not a cloud assembly"):
        deploy(local, tmp_path)


def _tags(logs: tuple[object, ...]) -> list[str]:
    return [line["tag"] for line in logs if isinstance(line, dict)]
