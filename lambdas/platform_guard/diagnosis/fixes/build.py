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

_LONGEST_TAG, _SUFFIX = 128, "-rebuilt"


def build_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Push an image that runs, and run it."""
    why = _why_not_this_tag(case)
    if why:
        title = (
            f"{_build_title(case)} under a new tag, because {why}; and name that in the task "
            "definition"
        )
        new = replace(target, image=_new_image(target))
        return [_build_under_new_tag(case, target, title), check_image(case, new)]
    title = f"{_build_title(case)} {_under_which_name(case)}{_also(case)}"
    if_refused = (
        "If that push is refused because the tags here are immutable, push it under a new tag and "
        "name that in the task definition"
    )
    return [
        target.fix(title, *build_commands(case, target.image)),
        *([_build_under_new_tag(case, target, if_refused)] if _may_be_refused(case) else []),
        run_new_image(case, target),
        check_image(case, target),
    ]


def free_tag_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Use the same tag again where a tag is pushed only once, at the price of what it names."""
    if not _is_immutable(case) or case.is_cached:
        return []
    marks = case.guard_history.marks
    price = (
        f"The image keeps the mark {marks[0]}"
        if marks
        else "That deletes the image unless it has another tag, so nothing else may run it"
    )
    return [
        target.fix(
            f"Or free the tag, push again and start a new deployment. {price}",
            target.ecr("batch-delete-image", "--image-ids", target.tag_id),
            *build_commands(case, target.image),
        )
    ]


def check_image(case: PullContext, target: Target) -> Fix:
    """Show what is there now, and whether it runs."""
    return target.fix(
        "To check that it worked", list_platforms(target.image), *wait_until_stable(case, target)
    )


def build_commands(case: PullContext, image: str, *options: str) -> list[str]:
    """Build an image for all that run it, and push it.

    BuildKit builds for Linux; an image for Windows is built by a Windows host of that version.
    """
    platforms = _platforms(case)
    if platforms[0].startswith("windows/"):
        return [
            shlex.join(["docker", "build", *options, "-t", image, "."]),
            shlex.join(["docker", "push", image]),
        ]
    return [build_and_push(",".join(platforms), image, *options)]


def _platforms(case: PullContext) -> list[str]:
    """List what to build for: what the task wants, and what an image of several platforms holds.

    An image of one other platform is most likely a slip. A build for several needs more than what
    every Docker has.
    """
    wanted = str(case.platform or _AMD64)
    return [wanted, *(_buildable_too(case) if len(_held(case)) > 1 else [])]


def _buildable_too(case: PullContext) -> list[str]:
    """List what the image holds that the same build can be for."""
    if not str(case.platform or _AMD64).startswith("linux/"):
        return []
    return [held for held in _others(case) if held.startswith("linux/")]


def _others(case: PullContext) -> list[str]:
    """List the platforms that the image holds besides what the task wants."""
    return [platform for platform in _held(case) if platform != str(case.platform or _AMD64)]


def _held(case: PullContext) -> tuple[str, ...]:
    return case.stored.image.platforms if case.stored and not case.has_moved else ()


def _build_title(case: PullContext) -> str:
    wanted = case.platform or _AMD64
    others = [platform for platform in _platforms(case) if platform != str(wanted)]
    if wanted.os == "windows":
        return f"On a host with the same Windows, build it for {wanted} and push it"
    if case.cause is Cause.IMAGE_NOT_FOUND:
        return f"Build the image for {wanted} and push it"
    if case.platform is None:
        return f"Build it for the platform of the task, such as {wanted}, and push it"
    if others:
        return (
            f"Build it for {wanted}, and for {' and '.join(others)} too unless nobody runs it "
            "there, and push it"
        )
    return f"Build it for {wanted} and push it"


def _also(case: PullContext) -> str:
    others = [platform for platform in _buildable_too(case) if platform not in _platforms(case)]
    if not others or case.platform is None:
        return ""
    return f"; if something runs it on {others[0]}, name that in --platform too, after a comma"


def _under_which_name(case: PullContext) -> str:
    name = "under the name that the task wants" if case.cause is Cause.IMAGE_NOT_FOUND else "again"
    if not case.is_external_registry:
        return name
    return f"{name}; or, if it is not yours, take one that is published for that platform"


def _why_not_this_tag(case: PullContext) -> str:
    """Return why the tag must not be pushed again; empty if it may be."""
    if _is_immutable(case):
        return "tags here are immutable"
    lost = [platform for platform in _others(case) if platform not in _buildable_too(case)]
    return f"this one also holds {' and '.join(lost)}" if lost else ""


def _is_immutable(case: PullContext) -> bool:
    return _holds_tag(case) and _mutability(case) == "IMMUTABLE"


def _may_be_refused(case: PullContext) -> bool:
    return _holds_tag(case) and _mutability(case) != "MUTABLE"


def _holds_tag(case: PullContext) -> bool:
    """Return whether there may be an image under the tag, in a repository of ECR."""
    if case.is_external_registry or case.has_moved:
        return False
    if case.tag is None:
        return case.cause is not Cause.IMAGE_NOT_FOUND
    return case.tag.state is not TagState.MISSING


def _mutability(case: PullContext) -> str:
    return case.repository.tag_mutability if case.repository else ""


def _build_under_new_tag(case: PullContext, target: Target, title: str) -> Fix:
    image = _new_image(target)
    if case.stop is None:
        return target.fix(title, *build_commands(case, image))
    written = (case.definition.image if case.definition else "") or case.failure.image
    renamed = f"image == {_literal(written)} && {{image: {_literal(image)}}} || `{{}}`"
    changes = {"containerDefinitions": f"containerDefinitions[].merge(@, {renamed})"}
    return change_task_definition(case, target, title, changes, build_commands(case, image))


def _new_image(target: Target) -> str:
    reference = target.reference
    if reference is not None and reference.tag:
        kept = reference.tag[: _LONGEST_TAG - len(_SUFFIX)]
        return f"{reference.repository.uri}:{kept}{_SUFFIX}"
    folders, slash, last = target.image.rpartition("/")
    return f"{folders}{slash}{last.partition(':')[0]}:NEW_TAG"


def _literal(text: str) -> str:
    """Write a text as JMESPath does."""
    text_in_json = json.dumps(text).replace("`", "\\`")
    return f"`{text_in_json}`"
