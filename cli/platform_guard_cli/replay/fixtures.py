"""The images and the task definition that an event refers to, created in the emulator."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from platform_guard.diagnosis.task_event import TaskStop
from platform_guard.registry.reference import Reference, Repository, parse_reference
from platform_guard_cli.replay.scenarios import SCENARIOS
from platform_guard_emulator.account import LocalAws
from platform_guard_emulator.layouts import push_layout

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import ContainerDefinitionTypeDef, RuntimePlatformTypeDef

_ARCHITECTURES: "Mapping[str, RuntimePlatformTypeDef]" = {
    "x86_64": {"cpuArchitecture": "X86_64"},
    "arm64": {"cpuArchitecture": "ARM64"},
}

# ECS numbers revisions from 1, so all earlier ones are registered as well.
_LAST_REVISION = 100


def push_named_image(aws: LocalAws, detail: object, layouts: Mapping[str, Path]) -> None:
    """Push the image that an ECR event names into the repository that it names."""
    if not isinstance(detail, dict):
        return
    repository, digest = detail.get("repository-name"), detail.get("image-digest")
    tag = detail.get("image-tag") or "replayed"
    layout = layouts.get(str(digest))
    if layout is None or not isinstance(repository, str) or not isinstance(tag, str):
        return
    image = Reference(Repository(aws.account, aws.region, repository), tag)
    # An image with an invalid name cannot exist.
    if parse_reference(image.uri) == image:
        _push(aws, image, layout)


def register_stopped_task(aws: LocalAws, stop: TaskStop, layouts: Mapping[str, Path]) -> None:
    """Push the images of a stopped task and register its task definition.

    Images are found by digest, or else by the repository and tag of a demo scenario.
    """
    deployed = {
        (scenario.repository, image_push.tag): image_push.layout
        for scenario in SCENARIOS
        for image_push in scenario.pushes
    }
    for container in stop.containers:
        image = parse_reference(container.image)
        if image is None or image.repository.account != aws.account:
            continue
        digest = image.digest or container.image_digest
        name = deployed.get((image.repository.name, image.tag))
        by_name = next((path for path in layouts.values() if path.name == name), None)
        layout = layouts.get(digest) if digest else by_name
        if layout is not None:
            _push(aws, image, layout)
    register_task_definition(aws, stop)


def register_task_definition(aws: LocalAws, stop: TaskStop) -> None:
    """Register the task definition of a stopped task, as far as its event describes it."""
    revision = stop.task_definition.rpartition(":")[2]
    if not revision.isdecimal() or int(revision) > _LAST_REVISION:
        return
    ecs: ECSClient = aws.client("ecs", region_name=stop.region)
    containers: list[ContainerDefinitionTypeDef] = [
        {"name": container.name, "image": container.image, "memory": 512}
        for container in stop.containers
        if container.image
    ]
    for _ in range(int(revision)):
        ecs.register_task_definition(
            family=stop.family,
            containerDefinitions=containers,
            runtimePlatform=_ARCHITECTURES.get(stop.cpu_architecture, {}),
        )


def _push(aws: LocalAws, image: Reference, layout: Path) -> None:
    ecr: ECRClient = aws.client("ecr", region_name=image.repository.region)
    known = ecr.describe_repositories()["repositories"]
    if image.repository.name not in {item["repositoryName"] for item in known}:
        ecr.create_repository(repositoryName=image.repository.name)
    push_layout(aws, image.repository.name, layout, image.tag or "replayed", ecr=ecr)
