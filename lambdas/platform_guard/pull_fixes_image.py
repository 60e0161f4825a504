"""Fixes that are about the image: build it, give it its tag, fetch it from the archive."""

import shlex

from platform_guard.alerts import Fix
from platform_guard.evidence import TagState
from platform_guard.fix_commands import build_and_push, list_platforms
from platform_guard.platforms import Platform
from platform_guard.pull_cases import PullCase
from platform_guard.pull_errors import Cause
from platform_guard.pull_fixes_access import give_credentials
from platform_guard.pull_fixes_deployments import wait_until_stable
from platform_guard.pull_fixes_tasks import change_task_definition, restart, run_new_image
from platform_guard.pull_targets import Target

_AMD64, _ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")

# ECS API, RuntimePlatform, cpuArchitecture
_CPU_ARCHITECTURES = {_AMD64: "X86_64", _ARM64: "ARM64"}

_ENTRYPOINT = "{{.Os}}/{{.Architecture}} {{json .Config.Entrypoint}} {{json .Config.Cmd}}"


def platform_fixes(case: PullCase, target: Target) -> list[Fix]:
    """Bring image and task to the same platform."""
    fixes = rebuild_fixes(case, target)
    switch = _switch_task(case, target)
    if switch is not None:
        fixes.append(switch)
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


def rebuild_fixes(case: PullCase, target: Target) -> list[Fix]:
    """Replace the image by one that runs."""
    rebuild = [*_make_way(case, target, is_sure=True), _build(case, target)]
    rebuild += _make_way(case, target, is_sure=False)
    check = _check(case, target)
    if case.has_moved or case.runs_after_all:
        again = restart(case, target, "Start a new deployment, which takes what ECR holds now")
        return [again, check, *rebuild]
    return [*rebuild, run_new_image(case, target), check]


def missing_image_fixes(case: PullCase, target: Target) -> list[Fix]:
    """Put an image where the task looks for one."""
    if case.is_elsewhere:
        return _find_elsewhere(case, target)
    again, check = restart(case, target), _check(case, target)
    run = run_new_image(case, target)
    if case.repository is not None and not case.repository.exists:
        create = target.fix(
            "Correct the name of the repository in the task definition, or create it",
            target.ecr("create-repository"),
        )
        return [create, _build(case, target), run, check]
    match case.tag.state if case.tag else None:
        case TagState.ARCHIVED:
            return [_restore(target), again, check]
        case TagState.RESTORING:
            return [_watch_restoring(target), again, check]
        case TagState.PRESENT | TagState.MOVED:
            return [again, check, _list_tags(target)]
        case _:
            return [_build(case, target), run, *_give_back(case, target), _list_tags(target)]


def _build(case: PullCase, target: Target) -> Fix:
    platform = case.platform or _AMD64
    command = build_and_push(str(platform), target.image)
    if platform.os == "windows":
        title = f"On a host with the same Windows, build it for {platform} and push it again"
    elif case.cause is Cause.IMAGE_NOT_FOUND:
        title = f"Build the image for {platform} and push it under the name that the task wants"
    elif case.platform is None:
        title = f"Build it for the platform of the task, such as {platform}, and push it again"
    else:
        title = f"Build it for {platform} and push it again"
    if case.is_elsewhere:
        title += "; or, if it is not yours, take one that is published for that platform"
    return target.fix(title, command)


def _make_way(case: PullCase, target: Target, *, is_sure: bool) -> list[Fix]:
    """Free the tag where a tag cannot be pushed twice; `is_sure` where that is known."""
    if case.is_elsewhere or case.has_moved or (case.tag and case.tag.state is TagState.MISSING):
        return []
    mutability = case.repository.tag_mutability if case.repository else ""
    if mutability == "MUTABLE" or is_sure is not (mutability == "IMMUTABLE"):
        return []
    title = (
        "Free the tag, because tags here are immutable"
        if is_sure
        else "If that push is refused because the tags here are immutable, free the tag first"
    )
    return [target.fix(title, target.ecr("batch-delete-image", "--image-ids", target.tag_id))]


def _switch_task(case: PullCase, target: Target) -> Fix | None:
    """Have the task run where the image can."""
    wanted = case.platform
    other = next(
        (p for p in _CPU_ARCHITECTURES if wanted in _CPU_ARCHITECTURES and p != wanted), None
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


def _check(case: PullCase, target: Target) -> Fix:
    return target.fix(
        "To check that it worked",
        list_platforms(target.image),
        *wait_until_stable(case, target),
    )


def _restore(target: Target) -> Fix:
    return target.fix(
        "Fetch the image back from the archive, which takes up to 20 minutes",
        target.ecr(
            "update-image-storage-class",
            "--image-id",
            target.tag_id,
            "--target-storage-class",
            "STANDARD",
        ),
        _status(target),
    )


def _watch_restoring(target: Target) -> Fix:
    return target.fix(
        "Wait until the image is back from the archive: this says ACTIVE then", _status(target)
    )


def _status(target: Target) -> str:
    return target.ecr(
        "describe-images",
        "--image-ids",
        target.tag_id,
        "--filter",
        "imageStatus=ANY",
        "--query",
        "imageDetails[].imageStatus",
        "--output",
        "text",
    )


def _give_back(case: PullCase, target: Target) -> list[Fix]:
    """Undo what the guard did, for whoever wants the image as it is."""
    marks = case.guard_deeds.marks
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


def _find_elsewhere(case: PullCase, target: Target) -> list[Fix]:
    return [
        target.fix(
            "Correct the name of the image in the task definition; this shows whether it is there",
            list_platforms(case.failure.image or target.image),
        ),
        give_credentials(target, "If it is private, give the task credentials"),
        restart(case, target),
    ]
