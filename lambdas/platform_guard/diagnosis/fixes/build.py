"""Fixes that rebuild an image without breaking other workloads that run it."""

import json
import shlex
from dataclasses import replace

from platform_guard.alerts.alert import Fix
from platform_guard.alerts.aws_cli import build_and_push, list_platforms
from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.evidence.model import TagState
from platform_guard.diagnosis.fixes.ecs import (
    change_task_definition,
    run_new_image,
    wait_until_stable,
)
from platform_guard.diagnosis.fixes.target import Target
from platform_guard.diagnosis.pull_error.classifier import Cause
from platform_guard.oci.platforms import Platform

_AMD64 = Platform("linux", "amd64")

_MAX_TAG_LENGTH, _SUFFIX = 128, "-rebuilt"


def build_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes that push and run a working image."""
    why = _blocked_tag_reason(case)
    if why:
        title = (
            f"{_build_title(case)} under a new tag, because {why}; and name that in the task "
            "definition"
        )
        new = replace(target, image=_retagged_image(target))
        return [_build_under_new_tag(case, target, title), check_image(case, new)]
    title = f"{_build_title(case)} {_tag_hint(case)}{_platform_hint(case)}"
    if_rejected = (
        "If that push is refused because the tags here are immutable, push it under a new tag and "
        "name that in the task definition"
    )
    return [
        target.fix(title, *build_commands(case, target.image)),
        *([_build_under_new_tag(case, target, if_rejected)] if _may_be_rejected(case) else []),
        run_new_image(case, target),
        check_image(case, target),
    ]


def free_tag_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes that delete an immutable tag; empty if it need not be deleted."""
    if not _is_immutable(case) or case.is_cached:
        return []
    marks = case.guard_history.marks
    consequence = (
        f"The image keeps the mark {marks[0]}"
        if marks
        else "That deletes the image unless it has another tag, so nothing else may run it"
    )
    return [
        target.fix(
            f"Or free the tag, push again and start a new deployment. {consequence}",
            target.ecr("batch-delete-image", "--image-ids", target.tag_id),
            *build_commands(case, target.image),
        )
    ]


def check_image(case: PullContext, target: Target) -> Fix:
    """Return the fix that inspects the current image."""
    return target.fix(
        "To check that it worked", list_platforms(target.image), *wait_until_stable(case, target)
    )


def build_commands(case: PullContext, image: str, *options: str) -> list[str]:
    """Return the commands that build and push an image for all its users.

    BuildKit builds Linux images; a Windows image needs a Windows host of the same version.
    """
    platforms = _platforms(case)
    if platforms[0].startswith("windows/"):
        return [
            shlex.join(["docker", "build", *options, "-t", image, "."]),
            shlex.join(["docker", "push", image]),
        ]
    return [build_and_push(",".join(platforms), image, *options)]


def _platforms(case: PullContext) -> list[str]:
    """Return the platforms to build: the required one, and those of a multi-platform image.

    A single other platform is most likely a mistake. A multi-platform build needs more than the
    default Docker builder.
    """
    required = str(case.platform or _AMD64)
    return [required, *(_also_buildable(case) if len(_stored_platforms(case)) > 1 else [])]


def _also_buildable(case: PullContext) -> list[str]:
    """Return the other platforms of the image that the same build can produce."""
    if not str(case.platform or _AMD64).startswith("linux/"):
        return []
    return [platform for platform in _other_platforms(case) if platform.startswith("linux/")]


def _other_platforms(case: PullContext) -> list[str]:
    """Return the platforms of the image other than the required one."""
    return [
        platform for platform in _stored_platforms(case) if platform != str(case.platform or _AMD64)
    ]


def _stored_platforms(case: PullContext) -> tuple[str, ...]:
    return case.stored.image.platforms if case.stored and not case.has_moved else ()


def _build_title(case: PullContext) -> str:
    required = case.platform or _AMD64
    others = [platform for platform in _platforms(case) if platform != str(required)]
    if required.os == "windows":
        return f"On a host with the same Windows, build it for {required} and push it"
    if case.cause is Cause.IMAGE_NOT_FOUND:
        return f"Build the image for {required} and push it"
    if case.platform is None:
        return f"Build it for the platform of the task, such as {required}, and push it"
    if others:
        return (
            f"Build it for {required}, and for {' and '.join(others)} too unless nobody runs it "
            "there, and push it"
        )
    return f"Build it for {required} and push it"


def _platform_hint(case: PullContext) -> str:
    others = [platform for platform in _also_buildable(case) if platform not in _platforms(case)]
    if not others or case.platform is None:
        return ""
    return f"; if something runs it on {others[0]}, name that in --platform too, after a comma"


def _tag_hint(case: PullContext) -> str:
    name = "under the name that the task wants" if case.cause is Cause.IMAGE_NOT_FOUND else "again"
    if not case.is_external_registry:
        return name
    return f"{name}; or, if it is not yours, take one that is published for that platform"


def _blocked_tag_reason(case: PullContext) -> str:
    """Return why the tag must not be pushed again; empty if it can be."""
    if _is_immutable(case):
        return "tags here are immutable"
    lost = [
        platform for platform in _other_platforms(case) if platform not in _also_buildable(case)
    ]
    return f"this one also holds {' and '.join(lost)}" if lost else ""


def _is_immutable(case: PullContext) -> bool:
    return _holds_tag(case) and _mutability(case) == "IMMUTABLE"


def _may_be_rejected(case: PullContext) -> bool:
    return _holds_tag(case) and _mutability(case) != "MUTABLE"


def _holds_tag(case: PullContext) -> bool:
    """Return whether the tag may exist in an ECR repository."""
    if case.is_external_registry or case.has_moved:
        return False
    if case.tag is None:
        return case.cause is not Cause.IMAGE_NOT_FOUND
    return case.tag.state is not TagState.MISSING


def _mutability(case: PullContext) -> str:
    return case.repository.tag_mutability if case.repository else ""


def _build_under_new_tag(case: PullContext, target: Target, title: str) -> Fix:
    image = _retagged_image(target)
    if case.stop is None:
        return target.fix(title, *build_commands(case, image))
    written = (case.definition.image if case.definition else "") or case.failure.image
    renamed = f"image == {_literal(written)} && {{image: {_literal(image)}}} || `{{}}`"
    changes = {"containerDefinitions": f"containerDefinitions[].merge(@, {renamed})"}
    return change_task_definition(case, target, title, changes, build_commands(case, image))


def _retagged_image(target: Target) -> str:
    reference = target.reference
    if reference is not None and reference.tag:
        kept = reference.tag[: _MAX_TAG_LENGTH - len(_SUFFIX)]
        return f"{reference.repository.uri}:{kept}{_SUFFIX}"
    folders, slash, last = target.image.rpartition("/")
    return f"{folders}{slash}{last.partition(':')[0]}:NEW_TAG"


def _literal(text: str) -> str:
    """Return a JMESPath string literal."""
    text_in_json = json.dumps(text).replace("`", "\\`")
    return f"`{text_in_json}`"
