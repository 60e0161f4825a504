"""The deployed code in a real Lambda runtime, with the emulator as AWS."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from platform_guard_emulator import Deployment, LocalAws
from platform_guard_emulator.queues import lambda_event, queue_of, receive
from tests.support.http_endpoint import served_over_http
from tests.support.lambda_runtime import PLATFORM_WITHOUT_EMULATOR, Answer, running
from tests.support.registry import MAC_BUILD, marks, push
from tests.support.stop_events import stop_event

pytestmark = pytest.mark.skipif(
    PLATFORM_WITHOUT_EMULATOR is not None, reason=str(PLATFORM_WITHOUT_EMULATOR)
)


# AWS's runtime interface emulator sets this account and region for every function.
ACCOUNT, REGION = "012345678912", "us-east-1"


@pytest.fixture
def aws() -> Iterator[LocalAws]:
    with LocalAws(REGION, ACCOUNT) as local:
        yield local


@pytest.fixture
def endpoint() -> Iterator[str]:
    with served_over_http() as url:
        yield url


def invoke(guard: Deployment, module: str, event: object, endpoint: str) -> Answer:
    with running(guard.function(f"{module}.handler"), endpoint, REGION) as runtime:
        return runtime.invoke(event)


def batch(guard: Deployment, aws: LocalAws) -> dict[str, Any]:
    """Receive a batch from the push guard's queue, as Lambda does."""
    queue = queue_of(guard.event_source_mappings[0].queue_arn)
    return lambda_event(receive(aws.client("sqs"), queue, 10), queue)


def test_a_push_is_evaluated_marked_and_reported(
    aws: LocalAws, guard: Deployment, endpoint: str
) -> None:
    ecr = aws.client("ecr")
    ecr.create_repository(repositoryName="shop/api")
    push(aws, MAC_BUILD)

    answer = invoke(guard, "push_guard", batch(guard, aws), endpoint)

    assert answer.response == {"batchItemFailures": []}, answer.log
    assert len(marks(ecr)) == 1
    evaluated = next(entry for entry in answer.entries() if "verdict" in entry)
    function = guard.function("push_guard.handler")
    assert evaluated["verdict"] == "missing-platform"
    assert evaluated["service"] == "push-guard"
    assert int(evaluated["function_memory_size"]) == function.memory


def test_a_stopped_task_is_explained(guard: Deployment, endpoint: str) -> None:
    stop = stop_event(
        definition="arn:aws:ecs:eu-central-1:123456789012:task-definition/api:7",
        launch_type="FARGATE",
        detail={},
    )
    event = {"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": json.dumps(stop)}]}

    answer = invoke(guard, "pull_diagnosis", event, endpoint)

    assert answer.response == {"batchItemFailures": []}, answer.log
    assert len(guard.alerts()) == 1


def test_every_function_starts_and_responds(guard: Deployment, endpoint: str) -> None:
    for function in guard.functions.values():
        with running(function, endpoint, REGION) as runtime:
            answer = runtime.invoke({"Records": []})

        assert "INIT RTDONE(status: success)" in answer.log, answer.log
        assert "Runtime.ImportModuleError" not in answer.log, answer.log
        assert "Runtime.HandlerNotFound" not in answer.log, answer.log


def test_a_function_that_exceeds_its_timeout_is_terminated(
    guard: Deployment, tmp_path: Path
) -> None:
    (tmp_path / "endless.py").write_text("def handler(event, context):\n    while True: pass\n")
    function = guard.function("push_guard.handler")
    endless = type(function)(
        logical_id="Endless", name="endless", arn=function.arn, handler="endless.handler",
        environment={}, role_arn="", code=tmp_path, timeout=1, memory=128,
    )  # fmt: skip

    with running(endless, "http://127.0.0.1:9", REGION) as runtime:
        answer = runtime.invoke({})

    assert "timed out after 1" in str(answer.response) + answer.log
