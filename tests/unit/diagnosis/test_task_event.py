import contextlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.diagnosis.task_event import (
    LaunchType,
    StoppedContainer,
    TaskStop,
    parse_described_tasks,
    parse_task_stop,
)
from platform_guard.event import EventError, Ignored
from tests.support.images import OMIT, Json
from tests.support.stops import EVENTS, event, stop_of

NAME = "fargate-platform-mismatch"
ARN = "arn:aws:ecs:eu-central-1:123456789012"


def without_omitted(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not OMIT}


def changed(detail: Json | None = None, /, **fields: object) -> Json:
    fresh = event(NAME)
    inner = fresh["detail"]
    assert isinstance(inner, dict)
    merged = {**fresh, "detail": without_omitted({**inner, **(detail or {})}), **fields}
    return without_omitted(merged)


def test_an_event_of_a_stopped_task_is_parsed() -> None:
    task = "014f1c2ab09d6e4e77b3a51c8d0e92f7"

    assert stop_of(NAME) == TaskStop(
        event_id="00000001-7b2e-4d1a-8c3f-6e5d4c3b2a19",
        account="123456789012",
        region="eu-central-1",
        time="2026-11-24T10:01:25Z",
        cluster_arn=f"{ARN}:cluster/prod",
        task_arn=f"{ARN}:task/prod/{task}",
        task_definition_arn=f"{ARN}:task-definition/shop-api:7",
        group="service:api",
        launch_type=LaunchType.FARGATE,
        cpu_architecture="x86_64",
        stop_code="TaskFailedToStart",
        stopped_reason="CannotPullContainerError: pull image manifest has been retried 7 time(s): "
        "image Manifest does not contain descriptor matching platform 'linux/amd64'",
        pull_stopped_at="2026-11-24T10:00:52.904Z",
        execution_stopped_at="2026-11-24T10:01:02.350Z",
        stopped_at="2026-11-24T10:01:25.617Z",
        subnet_ids=("subnet-0a1b2c3d4e5f60718",),
        network_interface_ids=("eni-0f1e2d3c4b5a69788",),
        version=5,
        containers=(
            StoppedContainer(
                "api",
                "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/api:1.4.2",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("detail", "service", "family"),
    [
        pytest.param({}, "api", "shop-api", id="a task of a service"),
        pytest.param({"group": "family:shop-api"}, "", "shop-api", id="a standalone task"),
        pytest.param({"group": "nightly"}, "", "shop-api", id="a custom group"),
        pytest.param({"group": OMIT}, "", "shop-api", id="no group"),
        pytest.param({"group": "service:a:b"}, "a:b", "shop-api", id="a colon in the name"),
    ],
)
def test_the_service_and_family_of_a_task(detail: Json, service: str, family: str) -> None:
    stop = parse_task_stop(changed(detail))

    assert isinstance(stop, TaskStop)
    assert (stop.cluster, stop.service, stop.family) == ("prod", service, family)
    assert stop.task_definition == "shop-api:7"


@pytest.mark.parametrize(
    "detail",
    [
        pytest.param({"launchType": "FLYING"}, id="an unknown launch type"),
        pytest.param({"cpu": "null", "memory": None}, id="null as a string"),
        pytest.param({"containers": [{"name": "api"}, None, 5]}, id="no image"),
        pytest.param({"containers": OMIT}, id="no containers"),
        pytest.param({"attachments": "null", "attributes": None}, id="no attachments"),
        pytest.param({"stoppedAt": 1732442485.617, "version": "5"}, id="numbers for strings"),
    ],
)
def test_invalid_or_missing_fields_are_left_empty(detail: Json) -> None:
    assert isinstance(parse_task_stop(changed(detail)), TaskStop)


@pytest.mark.parametrize(
    ("ignored", "reason"),
    [
        pytest.param(event("running"), "the task is not stopped: RUNNING", id="running"),
        pytest.param(changed(source="my.app"), "not a task state change", id="another source"),
        pytest.param(
            changed(**{"detail-type": "ECS Service Action"}), "ECS Service Action", id="a service"
        ),
    ],
)
def test_an_event_about_something_else_is_ignored_with_a_reason(ignored: Json, reason: str) -> None:
    found = parse_task_stop(ignored)

    assert isinstance(found, Ignored)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        pytest.param(None, "the event", id="null"),
        pytest.param({}, "detail", id="empty"),
        pytest.param(changed(id=OMIT), "id", id="no id"),
        pytest.param(changed(account=5), "account", id="account as a number"),
        pytest.param(changed({"taskArn": OMIT}), "taskArn", id="no task"),
        pytest.param(changed({"clusterArn": []}), "clusterArn", id="cluster as a list"),
        pytest.param(changed({"taskDefinitionArn": ""}), "taskDefinitionArn", id="no definition"),
    ],
)
def test_a_malformed_event_is_an_error_that_names_the_field(broken: object, named: str) -> None:
    with pytest.raises(EventError, match=f"^{named} is "):
        parse_task_stop(broken)


@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.json")), ids=lambda path: path.stem)
def test_an_event_and_describe_tasks_yield_the_same_stop(path: object) -> None:
    name = getattr(path, "stem", "")
    from_event = parse_task_stop(event(name))
    from_api = parse_described_tasks({"tasks": [event(name)["detail"]], "failures": []})

    if isinstance(from_event, Ignored):
        assert from_api == ()
    else:
        time = from_event.stopped_at or ""
        assert from_api == (replace(from_event, event_id="", time=time),)


@pytest.mark.parametrize(
    "broken", [None, [], {}, {"tasks": None}, {"tasks": [{"lastStatus": "STOPPED"}]}], ids=repr
)
def test_malformed_describe_tasks_output_is_an_error(broken: object) -> None:
    with pytest.raises(EventError):
        parse_described_tasks(broken)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
DETAIL_KEYS = sorted(json.loads(json.dumps(event(NAME)["detail"])))


@given(
    st.dictionaries(st.sampled_from(DETAIL_KEYS), JSON_VALUES),
    st.dictionaries(st.sampled_from(["account", "id", "region", "time", "source"]), JSON_VALUES),
)
def test_an_arbitrary_event_is_parsed_ignored_or_rejected(detail: Json, fields: Json) -> None:
    with contextlib.suppress(EventError):
        assert isinstance(parse_task_stop(changed(detail, **fields)), TaskStop | Ignored)


@given(JSON_VALUES)
def test_arbitrary_json_is_rejected(value: object) -> None:
    with pytest.raises(EventError):
        parse_task_stop(value)
    with pytest.raises(EventError):
        parse_described_tasks(value)
