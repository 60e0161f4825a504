"""The platform that a task runs on."""

from platform_guard.diagnosis.evidence.model import TaskDefinition
from platform_guard.diagnosis.task_event import LaunchType, TaskStop
from platform_guard.oci.platforms import Platform, parse_platform

# ECS API, RuntimePlatform, cpuArchitecture. The attribute ecs.cpu-architecture is lower case.
_ARCHITECTURES = {"x86_64": "amd64", "arm64": "arm64"}

# ECS API, RuntimePlatform, operatingSystemFamily.
# https://learn.microsoft.com/windows-server/get-started/windows-server-release-info
_WINDOWS_BUILDS = {
    "2016": "10.0.14393",
    "2019": "10.0.17763",
    "2004": "10.0.19041",
    "20H2": "10.0.19042",
    "2022": "10.0.20348",
    "2025": "10.0.26100",
}


def platform_of_task(
    stop: TaskStop, definition: TaskDefinition | None, pulled_for: str | None = None
) -> Platform | None:
    """Return the platform of a task; None if only its host determines it.

    `pulled_for` is the platform that the engine's error names; it takes precedence. Fargate
    defaults to linux/amd64; an EC2 instance runs its own architecture.
    """
    if pulled_for is not None:
        return parse_platform(pulled_for)
    stated = stop.cpu_architecture or (definition.cpu_architecture if definition else "")
    architecture = _ARCHITECTURES.get(stated.lower())
    if architecture is None:
        if stop.launch_type is not LaunchType.FARGATE:
            return None
        architecture = "amd64"
    family = (definition.operating_system_family if definition else "") or stop.platform_family
    if not family.upper().startswith("WINDOWS"):
        return Platform("linux", architecture)
    builds = (build for name, build in _WINDOWS_BUILDS.items() if name in family.upper())
    return Platform("windows", architecture, os_version=next(builds, ""))
