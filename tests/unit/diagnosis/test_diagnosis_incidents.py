from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.diagnosis.diagnosis import incident_key
from platform_guard.diagnosis.failure import PullFailure
from platform_guard.diagnosis.pull_error.classifier import Cause
from platform_guard.diagnosis.task_event import TaskStop
from tests.support.stops import failure_of, stop_of

STOP = stop_of("fargate-platform-mismatch")
FAILURE = failure_of(STOP)


@given(st.uuids(), st.datetimes(), st.integers())
def test_tasks_that_fail_in_the_same_way_share_an_incident(
    task: object, time: object, version: int
) -> None:
    other = replace(
        STOP,
        event_id=str(task),
        task_arn=f"arn:aws:ecs:eu-central-1:123456789012:task/prod/{task}",
        time=str(time),
        stopped_at=str(time),
        version=version,
        subnet_ids=(str(task),),
        task_definition_arn=STOP.task_definition_arn.replace(":7", ":8"),
    )

    assert incident_key(other, FAILURE) == incident_key(STOP, FAILURE)


@given(st.sampled_from(Cause), st.sampled_from(Cause))
def test_another_cause_is_another_incident(one: Cause, other: Cause) -> None:
    keys = [
        incident_key(STOP, replace(FAILURE, error=replace(FAILURE.error, cause=cause)))
        for cause in (one, other)
    ]

    assert (keys[0] == keys[1]) is (one is other)


CONTAINER = FAILURE.container
assert CONTAINER is not None


@pytest.mark.parametrize(
    ("stop", "failure"),
    [
        pytest.param(replace(STOP, group="service:web"), FAILURE, id="service"),
        pytest.param(replace(STOP, group="family:shop-api"), FAILURE, id="standalone"),
        pytest.param(replace(STOP, cluster_arn=STOP.cluster_arn + "2"), FAILURE, id="cluster"),
        pytest.param(
            STOP,
            replace(FAILURE, container=replace(CONTAINER, image=CONTAINER.image + "1")),
            id="tag",
        ),
        pytest.param(
            STOP,
            replace(FAILURE, container=replace(CONTAINER, image_digest="sha256:" + "0" * 64)),
            id="digest",
        ),
    ],
)
def test_another_service_or_image_is_another_incident(stop: TaskStop, failure: PullFailure) -> None:
    assert incident_key(stop, failure) != incident_key(STOP, FAILURE)


def test_a_failure_without_a_container_has_an_incident() -> None:
    assert incident_key(STOP, replace(FAILURE, container=None)).split() == [
        STOP.cluster_arn,
        "service:api",
        "-",
        "platform-mismatch",
    ]
