"""One alert per incident, no matter how many tasks or calls fail."""

import json

import pytest

from platform_guard_emulator import CALL_TIMEOUT, Deployment, LocalAws
from tests.support.ecs import (
    MAC_BUILD,
    Shop,
    alerts_about_stops,
    deliver,
    last_stop_alert,
    operations,
    restart_processes,
)
from tests.support.stop_events import MISMATCH, NO_LOGIN, NOT_FOUND, Json, stop_event

HOUR = 3600


@pytest.fixture
def definition(shop: Shop) -> str:
    shop.push(MAC_BUILD)
    return shop.define()


def test_tasks_that_keep_failing_cost_one_call_each_and_cause_no_alert(
    aws: LocalAws, guard: Deployment, definition: str
) -> None:
    deliver(aws, guard, stop_event(1, definition=definition))

    further = [stop_event(task, definition=definition) for task in range(2, 25)]
    outcomes = deliver(aws, guard, *further)

    assert outcomes == ["ongoing"] * 23
    assert operations(aws) == ["UpdateItem"] * 23
    assert len(alerts_about_stops(guard)) == 1


def test_the_next_alert_states_how_many_tasks_failed_since(
    aws: LocalAws, guard: Deployment, shop: Shop, definition: str
) -> None:
    deliver(aws, guard, *(stop_event(task, definition=definition) for task in (1, 2, 3, 4)))
    shop.advance_time(HOUR + 1)
    deliver(aws, guard, *(stop_event(task, definition=definition) for task in (5, 6)))
    shop.advance_time(HOUR + 1)
    deliver(aws, guard, stop_event(7, definition=definition))

    notified = [json.loads(alert.texts["sqs"])["facts"] for alert in alerts_about_stops(guard)]
    assert [facts.get("further_failures") for facts in notified] == [None, "3", "1"]


def test_an_incident_outlives_the_process_that_alerted(
    aws: LocalAws, guard: Deployment, definition: str
) -> None:
    deliver(aws, guard, stop_event(1, definition=definition))
    restart_processes(guard)

    assert deliver(aws, guard, stop_event(2, definition=definition)) == ["ongoing"]


def test_an_event_that_is_delivered_twice_counts_once(
    aws: LocalAws, guard: Deployment, shop: Shop, definition: str
) -> None:
    first, second = (stop_event(task, definition=definition) for task in (1, 2))
    deliver(aws, guard, first, first, second, second, second)
    shop.advance_time(HOUR + 1)

    deliver(aws, guard, stop_event(3, definition=definition))

    assert "1 more task failed since the last alert." in str(last_stop_alert(guard)["summary"])


@pytest.mark.parametrize(
    ("service", "text", "digest"),
    [
        pytest.param("worker", MISMATCH, "", id="another service"),
        pytest.param("api", NOT_FOUND, "", id="another cause"),
        pytest.param("api", MISMATCH, f"sha256:{'5e' * 32}", id="another image"),
    ],
)
def test_another_service_cause_or_image_is_a_separate_incident(
    aws: LocalAws, guard: Deployment, definition: str, service: str, text: str, digest: str
) -> None:
    changed = stop_event(2, definition=definition, service=service, text=text, digest=digest)

    outcomes = deliver(aws, guard, stop_event(1, definition=definition), changed)

    assert outcomes == ["alerted", "alerted"]


def test_an_alert_that_could_not_be_sent_is_sent_when_its_event_is_redelivered(
    aws: LocalAws, guard: Deployment, definition: str
) -> None:
    guard.drain()
    aws.fail("Publish", "InternalError")

    outcomes = deliver(aws, guard, stop_event(1, definition=definition))

    assert outcomes == ["failed", "alerted"]
    assert len(alerts_about_stops(guard)) == 1
    assert guard.dead_letters() == {}


FAILURES = {
    "denied": "AccessDeniedException",
    "throttled": "ThrottlingException",
    "broken": "InternalError",
    "no answer": CALL_TIMEOUT,
}
IMAGE_EVIDENCE = {
    "DescribeTaskDefinition": "the task definition",
    "DescribeImages": "the tag in ECR",
    "Query": "the records of this guard",
    "BatchGetImage": "the image in ECR",
    "DescribeRepositories": "the repository in ECR",
}
OTHER_EVIDENCE = {
    "DescribePullThroughCacheRules": "the pull-through cache rules",
    "DescribeServices": "the service of the task",
}
NETWORK_OPERATIONS = ("DescribeSubnets", "DescribeRouteTables", "DescribeVpcEndpoints")


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("operation", IMAGE_EVIDENCE)
def test_a_failed_lookup_is_listed_and_does_not_delay_the_alert(
    aws: LocalAws, guard: Deployment, definition: str, operation: str, failure: str
) -> None:
    guard.drain()
    aws.fail(operation, FAILURES[failure], times=9)

    outcomes = deliver(aws, guard, stop_event(1, definition=definition))

    assert outcomes == ["alerted"]
    evidence = str(last_stop_alert(guard)["evidence"])
    why = "no answer in time" if FAILURES[failure] == CALL_TIMEOUT else FAILURES[failure]
    assert IMAGE_EVIDENCE[operation] in evidence
    assert why in evidence


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("operation", NETWORK_OPERATIONS)
def test_a_failed_network_lookup_is_listed(
    aws: LocalAws, guard: Deployment, shop: Shop, definition: str, operation: str, failure: str
) -> None:
    guard.drain()
    aws.fail(operation, FAILURES[failure], times=9)
    event = stop_event(1, definition=definition, text=NO_LOGIN, subnet=shop.private_subnet())

    assert deliver(aws, guard, event) == ["alerted"]
    assert "the network of the task" in str(last_stop_alert(guard)["evidence"])


@pytest.mark.parametrize("operation", ["DescribeNetworkInterfaces", "DescribeServices"])
def test_a_network_is_reported_without_its_interface(
    aws: LocalAws, guard: Deployment, shop: Shop, definition: str, operation: str
) -> None:
    subnet = shop.private_subnet()
    aws.fail(operation, "UnauthorizedOperation", times=9)
    event = stop_event(1, definition=definition, text=NO_LOGIN, subnet=subnet)

    assert deliver(aws, guard, event) == ["alerted"]
    assert subnet in str(last_stop_alert(guard)["evidence"])


def test_a_deleted_task_definition_is_reported(aws: LocalAws, guard: Deployment) -> None:
    gone = "arn:aws:ecs:eu-central-1:123456789012:task-definition/api:77"

    assert deliver(aws, guard, stop_event(1, definition=gone)) == ["alerted"]

    assert "it was deleted" in str(last_stop_alert(guard)["evidence"])


def test_with_every_lookup_denied_the_error_text_is_explained(
    aws: LocalAws, guard: Deployment, definition: str
) -> None:
    guard.drain()
    lookups = IMAGE_EVIDENCE | OTHER_EVIDENCE
    for operation in lookups:
        aws.fail(operation, "AccessDeniedException", times=9)

    assert deliver(aws, guard, stop_event(1, definition=definition)) == ["alerted"]
    assert "linux/amd64" in str(last_stop_alert(guard)["summary"])
    evidence = str(last_stop_alert(guard)["evidence"])
    assert [what for what in lookups.values() if what not in evidence] == []


def test_the_function_role_has_no_write_permissions(aws: LocalAws, guard: Deployment) -> None:
    role = guard.function("pull_diagnosis.handler").role_arn

    for action in ("ecr:PutImage", "ecr:BatchDeleteImage", "ecs:UpdateService", "iam:PassRole"):
        with pytest.raises(PermissionError):
            aws.require(role, action, "*")


def _without(event: Json, key: str) -> Json:
    detail = event["detail"]
    assert isinstance(detail, dict)
    return event | {"detail": {name: value for name, value in detail.items() if name != key}}


@pytest.mark.parametrize("key", ["clusterArn", "taskArn", "taskDefinitionArn"])
def test_a_malformed_event_becomes_a_dead_letter_and_blocks_no_other(
    aws: LocalAws, guard: Deployment, definition: str, key: str
) -> None:
    bad = _without(stop_event(1, definition=definition), key)

    outcomes = deliver(aws, guard, bad, stop_event(2, definition=definition))

    assert outcomes.count("alerted") == 1
    assert outcomes.count("failed") == 4
    ((body,),) = guard.dead_letters().values()
    assert json.loads(body)["id"] == bad["id"]
