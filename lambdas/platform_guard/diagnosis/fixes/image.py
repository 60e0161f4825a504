"""Fixes on the image: build, tag, restore."""

import shlex
from dataclasses import replace

from platform_guard.alerts.alert import Fix
from platform_guard.alerts.aws_cli import list_platforms
from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.evidence.model import TagState
from platform_guard.diagnosis.fixes.build import build_fixes, check_image, free_tag_fixes
from platform_guard.diagnosis.fixes.credentials import give_credentials
from platform_guard.diagnosis.fixes.ecs import change_task_definition, restart
from platform_guard.diagnosis.fixes.pull_through_cache import (
    choose_other_image,
    likely_cache_fixes,
    missing_upstream_fixes,
)
from platform_guard.diagnosis.fixes.target import Target
from platform_guard.diagnosis.pull_error.classifier import Cause
from platform_guard.oci.platforms import Platform

_AMD64, _ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")

# ECS API, RuntimePlatform, cpuArchitecture
_CPU_ARCHITECTURES = {_AMD64: "X86_64", _ARM64: "ARM64"}

_ENTRYPOINT = "{{.Os}}/{{.Architecture}} {{json .Config.Entrypoint}} {{json .Config.Cmd}}"


def platform_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes for a platform mismatch."""
    fixes = _replace_image(case, target)
    switch = _change_task_platform(case, target)
    if switch is not None:
        fixes.append(switch)
    fixes += free_tag_fixes(case, target)
    if case.cause is Cause.EXEC_FORMAT and not case.cannot_run:
        fixes.append(
            target.fix(
                "If the image is for that platform after all, look at its entrypoint: a script "
                "without a first line such as #!/bin/sh fails in the same way",
                shlex.join(
                    ["docker", "pull", "--platform", str(case.platform or _AMD64), target.image]
                ),
                shlex.join(["docker", "inspect", "--format", _ENTRYPOINT, target.image]),
            )
        )
    return fixes


def rebuild_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes that replace the image."""
    return [*_replace_image(case, target), *free_tag_fixes(case, target)]


def _replace_image(case: PullContext, target: Target) -> list[Fix]:
    rebuild = [choose_other_image(case, target)] if case.is_cached else build_fixes(case, target)
    if not case.has_moved and not case.has_required_platform:
        return rebuild
    again = restart(case, target, "Start a new deployment, which takes what ECR holds now")
    return [again, check_image(case, target), rebuild[0]]


def missing_image_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes for a missing image."""
    if case.is_external_registry:
        return _external_image_fixes(case, target)
    again, check = restart(case, target), check_image(case, _with_written_name(target))
    exists = case.tag is not None and case.tag.state is not TagState.MISSING
    if case.is_cached and not exists:
        return missing_upstream_fixes(case, target)
    if case.repository is not None and not case.repository.exists:
        create = target.fix(
            "Correct the name of the repository in the task definition, or create it",
            target.ecr("create-repository"),
        )
        return [*likely_cache_fixes(case, target), create, *build_fixes(case, target)]
    match case.tag.state if case.tag else None:
        case TagState.ARCHIVED:
            return [_restore(target), again, check]
        case TagState.RESTORING:
            return [_await_restore(target), again, check]
        case TagState.PRESENT | TagState.MOVED:
            return [again, check, _list_tags(target)]
        case _:
            fixes = [*likely_cache_fixes(case, target), *build_fixes(case, target)]
            return [*fixes, *_restore_tag(case, target), _list_tags(target)]


def _with_written_name(target: Target) -> Target:
    """Return the target with its image as written: by digest if it has no tag."""
    reference = target.reference
    return target if reference is None or reference.tag else replace(target, image=reference.uri)


def _change_task_platform(case: PullContext, target: Target) -> Fix | None:
    """Return the fix that changes the platform of the task."""
    required = case.platform
    other = next(
        (p for p in _CPU_ARCHITECTURES if required in _CPU_ARCHITECTURES and p != required), None
    )
    if other is None or (case.stored and str(other) not in case.stored.image.platforms):
        return None
    where = ", on instances of that kind" if case.is_on_fargate is False else ""
    start = (
        f"Or leave the image, which holds {other}, and run the task there"
        if case.stored
        else f"Or, if the image is meant for {other}, run the task there"
    )
    title = f"{start}{where}; the same change belongs into the code that deploys the task"
    architecture = _CPU_ARCHITECTURES[other]
    platform = f'{{cpuArchitecture: `"{architecture}"`, operatingSystemFamily: `"LINUX"`}}'
    return change_task_definition(case, target, title, {"runtimePlatform": platform})


def _restore(target: Target) -> Fix:
    return target.fix(
        "Fetch the image back from the archive, which takes up to 20 minutes",
        target.ecr(
            "update-image-storage-class",
            "--image-id",
            target.image_id,
            "--target-storage-class",
            "STANDARD",
        ),
        _status(target),
    )


def _await_restore(target: Target) -> Fix:
    return target.fix(
        "Wait until the image is back from the archive: this says ACTIVE then", _status(target)
    )


def _status(target: Target) -> str:
    return target.ecr(
        "describe-images",
        "--image-ids",
        target.image_id,
        "--filter",
        "imageStatus=ANY",
        "--query",
        "imageDetails[].imageStatus",
        "--output",
        "text",
    )


def _restore_tag(case: PullContext, target: Target) -> list[Fix]:
    """Return the fix that restores a tag which a remedy removed."""
    marks = case.guard_history.marks
    if not marks or target.reference is None:
        return []
    marked = f"{target.reference.repository.uri}:{marks[0]}"
    command = ["docker", "buildx", "imagetools", "create", "--prefer-index=false"]
    return [
        target.fix(
            "If the image was fine as it was, give it its tag back",
            shlex.join([*command, "-t", target.image, marked]),
        )
    ]


def _list_tags(target: Target) -> Fix:
    return target.fix(
        "Or write an image into the task definition that is there; the newest are",
        target.ecr(
            "describe-images",
            "--query",
            "sort_by(imageDetails, &imagePushedAt)[-10:].[imagePushedAt, imageTags]",
        ),
    )


def _external_image_fixes(case: PullContext, target: Target) -> list[Fix]:
    return [
        target.fix(
            "Correct the name of the image in the task definition; this shows whether it is there",
            list_platforms(case.failure.image or target.image),
        ),
        *give_credentials(case, target, "If it is private, give the task credentials"),
        restart(case, target),
    ]
