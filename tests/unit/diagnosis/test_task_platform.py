import pytest

from platform_guard.diagnosis.evidence.model import TaskDefinition
from platform_guard.diagnosis.task_event import LaunchType, TaskStop
from platform_guard.diagnosis.task_platform import platform_of_task
from platform_guard.oci.platforms import Platform


def stop(launch_type: LaunchType | None, architecture: str = "", family: str = "") -> TaskStop:
    return TaskStop(
        event_id="1",
        account="123456789012",
        region="eu-central-1",
        time="2026-11-24T09:00:00Z",
        cluster_arn="c/shop",
        task_arn="t/shop/1",
        task_definition_arn="d/api:1",
        launch_type=launch_type,
        cpu_architecture=architecture,
        platform_family=family,
    )


def definition(architecture: str = "", family: str = "") -> TaskDefinition:
    return TaskDefinition("d/api:1", cpu_architecture=architecture, operating_system_family=family)


FARGATE = stop(LaunchType.FARGATE)
EC2 = stop(LaunchType.EC2)
AMD64 = Platform("linux", "amd64")
ARM64 = Platform("linux", "arm64")


@pytest.mark.parametrize(
    ("task", "stated", "pulled_for", "expected"),
    [
        pytest.param(FARGATE, None, None, AMD64, id="Fargate default"),
        pytest.param(FARGATE, definition("ARM64"), None, ARM64, id="the task definition"),
        pytest.param(
            stop(LaunchType.FARGATE, "x86_64"), definition("ARM64"), None, AMD64, id="the task"
        ),
        pytest.param(
            stop(LaunchType.FARGATE, "x86_64"), None, "linux/arm64", ARM64, id="the engine"
        ),
        pytest.param(EC2, definition(), None, None, id="an instance of unknown architecture"),
        pytest.param(
            EC2, definition("ARM64", "LINUX"), None, ARM64, id="EC2 by the task definition"
        ),
        pytest.param(stop(None), None, None, None, id="an unknown launch type"),
        pytest.param(
            FARGATE,
            definition("X86_64", "WINDOWS_SERVER_2019_CORE"),
            None,
            Platform("windows", "amd64", os_version="10.0.17763"),
            id="Windows by the task definition",
        ),
        pytest.param(
            stop(LaunchType.FARGATE, family="Windows Server 2022 Core"),
            None,
            None,
            Platform("windows", "amd64", os_version="10.0.20348"),
            id="Windows by the task",
        ),
    ],
)
def test_the_platform_comes_from_the_source_closest_to_the_host(
    task: TaskStop,
    stated: TaskDefinition | None,
    pulled_for: str | None,
    expected: Platform | None,
) -> None:
    assert platform_of_task(task, stated, pulled_for) == expected
