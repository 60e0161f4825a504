"""Headline and summary of a diagnosis, written for the author of the Dockerfile."""

import re
from typing import assert_never

from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.evidence.model import TagState
from platform_guard.diagnosis.failure import exec_format_candidates
from platform_guard.diagnosis.pull_error.classifier import Cause
from platform_guard.diagnosis.pull_error.denial import DenialSource, denial_source

_TLS = re.compile(r"x509|tls: |remote error: tls|http response to https client", re.IGNORECASE)


def name_of(case: PullContext) -> str:
    """Return the short name of the image."""
    reference = case.reference
    if reference is None:
        return case.failure.image
    return reference.short_name


def headline(case: PullContext) -> str:
    """Return the problem in a few words."""
    name = name_of(case) or "its image"
    platform = case.platform or "the platform of its host"
    match case.cause:
        case Cause.PLATFORM_MISMATCH:
            return f"{name} is not for {platform}"
        case Cause.ATTESTATION_PULLED:
            return f"{name} names an attestation, not an image"
        case Cause.UNSUPPORTED_MANIFEST:
            return f"{name} is of a kind that is not supported"
        case Cause.IMAGE_NOT_FOUND:
            return f"{name} {_location(case)}"
        case Cause.ACCESS_DENIED:
            return f"may not pull {name}"
        case Cause.REGISTRY_AUTH:
            return f"got no credentials to pull {name}"
        case Cause.RATE_LIMITED:
            return f"too many pulls, none left for {name}"
        case Cause.NETWORK_REGISTRY:
            return f"cannot reach the registry of {name}"
        case Cause.NETWORK_LAYERS:
            return f"cannot fetch the layers of {name}"
        case Cause.NETWORK_DNS:
            return f"cannot resolve the registry of {name}"
        case Cause.DISK_FULL:
            return f"no room for {name}"
        case Cause.UNPACK_FAILED:
            return f"cannot unpack {name}"
        case Cause.CANCELED:
            return f"the pull of {name} was given up"
        case Cause.EXEC_FORMAT:
            return f"{name} cannot be executed on {platform}"
        case Cause.NOT_A_PULL_ERROR:
            return "stopped for a reason other than its image"
        case Cause.UNKNOWN:
            return f"cannot pull {name}, and it is not known why"
        case _:
            assert_never(case.cause)


def summary(case: PullContext) -> str:
    """Return the problem in a sentence or two, with qualifications."""
    cause = _cause(case)
    if not name_of(case):
        cause = cause[:1].upper() + cause[1:]
    return " ".join([cause, *_contradictions(case), *_truncation(case)])


def _cause(case: PullContext) -> str:
    name = name_of(case) or "the image"
    platform = case.platform or "the platform of its host"
    match case.cause:
        case Cause.PLATFORM_MISMATCH:
            return _platform_mismatch(case, name, str(platform))
        case Cause.EXEC_FORMAT:
            return _exec_format(case, name, str(platform))
        case Cause.ATTESTATION_PULLED:
            return (
                f"{name} was pulled as an image, but it is an attestation about one, such as "
                "BuildKit adds to what it builds."
            )
        case Cause.UNSUPPORTED_MANIFEST:
            return (
                f"{name} is stored as a manifest, config or layer of a kind that the engine "
                "does not support."
            )
        case Cause.IMAGE_NOT_FOUND:
            return _not_found(case, name)
        case Cause.ACCESS_DENIED if _is_denied_by_s3(case):
            return (
                f"The registry of {name} answered, but S3, where it keeps the layers, refuses: a "
                "policy on the way does not allow it."
            )
        case Cause.ACCESS_DENIED:
            return (
                f"The registry knows who asks for {name} and refuses: a policy does not allow it."
            )
        case Cause.REGISTRY_AUTH:
            return (
                f"The task got no valid credentials to pull {name}: either its role may not ask "
                "for them, or the way to where they are is shut."
                if not case.is_external_registry
                else f"The registry of {name} wants credentials; the task has none that are valid."
            )
        case Cause.RATE_LIMITED:
            return (
                f"The registry of {name} limits how often it is pulled from, and that is reached."
            )
        case Cause.NETWORK_REGISTRY if _TLS.search(case.failure.error.text):
            return (
                f"The registry of {name} could not be talked to over TLS: something in between "
                "answers in its place, or its certificate is not trusted."
            )
        case Cause.NETWORK_REGISTRY:
            return f"The task could not reach the registry of {name} over the network."
        case Cause.NETWORK_LAYERS:
            store = (
                "where it keeps them"
                if case.is_external_registry
                else "S3, where Amazon ECR keeps them"
            )
            return (
                f"The registry of {name} answered, but the layers could not be fetched from "
                f"{store}."
            )
        case Cause.NETWORK_DNS:
            host = case.failure.error.registry or f"the registry of {name}"
            return f"The name of {host} could not be resolved to an address."
        case Cause.DISK_FULL:
            return f"The disk of the host has no room for {name}, packed and unpacked."
        case Cause.UNPACK_FAILED:
            return f"{name} was fetched, but its layers could not be unpacked."
        case Cause.CANCELED:
            return f"The pull of {name} was given up before it ended, usually for taking too long."
        case Cause.NOT_A_PULL_ERROR:
            return _not_about_pulling(case)
        case Cause.UNKNOWN:
            return f"{name} could not be pulled; the text does not say why in words that are known."
        case _:
            assert_never(case.cause)


def _is_denied_by_s3(case: PullContext) -> bool:
    denied_by = denial_source(case.failure.error.text)
    return denied_by is DenialSource.LAYER_STORE and not case.is_external_registry


def _platform_mismatch(case: PullContext, name: str, platform: str) -> str:
    if case.stored is not None and not case.has_required_platform:
        return (
            f"{name} holds {case.stored.image.platform_summary}, but the task runs on {platform}."
        )
    usual = (
        "On a Mac with Apple Silicon, an image is built for linux/arm64 unless told otherwise."
        if platform == "linux/amd64"
        else "An image is built for the machine that builds it, unless told otherwise."
    )
    return f"{name} has nothing in it that runs on {platform}, as the task wants it. {usual}"


def _exec_format(case: PullContext, name: str, platform: str) -> str:
    if case.stored is not None and not case.has_required_platform:
        return (
            f"{name} was pulled, but it cannot be executed on {platform}: "
            f"{case.stored.verdict.reason}."
        )
    return (
        f"{name} was pulled, but it cannot be executed on {platform}: its program is for another "
        "processor, or it is a script without a first line such as #!/bin/sh."
    )


def _not_found(case: PullContext, name: str) -> str:
    sentence = f"{name} {_location(case)}."
    actions = [action for action in case.guard_history.actions if action.made_unavailable]
    if actions:
        last = actions[-1]
        return f"{sentence} This guard did that ({last.at}): {last.sentence}. Why: {last.reason}."
    if case.guard_history.marks:
        return f"{sentence} This guard had marked it as one that cannot run."
    if case.is_external_registry:
        return f"{sentence} A registry also says so of what is private."
    return sentence


def _not_about_pulling(case: PullContext) -> str:
    sentence = "The task stopped for a reason that is not about pulling its image."
    candidates = exec_format_candidates(case.stop) if case.stop else ()
    names = ", ".join(candidate.container.name for candidate in candidates if candidate.container)
    if not names:
        return sentence
    return (
        f"{sentence} But {names} ended within seconds: if its log says exec format error, its "
        "image is for another processor."
    )


def _location(case: PullContext) -> str:
    if case.repository is not None and not case.repository.exists:
        return "is not there, nor is its repository"
    match case.tag.state if case.tag else None:
        case TagState.ARCHIVED:
            return "is in the archive, from which nothing can be pulled"
        case TagState.RESTORING:
            return "is on its way back from the archive, which takes up to 20 minutes"
        case TagState.PRESENT:
            return "was not there when it was pulled"
        case TagState.MOVED:
            return "now names another image, and the one that was pulled is gone"
        case _:
            return "is not in its registry"


def _contradictions(case: PullContext) -> list[str]:
    about_platform = case.cause in (Cause.PLATFORM_MISMATCH, Cause.EXEC_FORMAT)
    if about_platform and case.has_required_platform and case.stored is not None:
        return [
            f"That is what ECS says. What ECR holds now does have {case.platform}: "
            f"{case.stored.verdict.reason}."
        ]
    if about_platform and case.has_moved:
        return ["The tag now names another image."]
    if case.cause is Cause.IMAGE_NOT_FOUND and case.tag and case.tag.state is TagState.PRESENT:
        return ["That is what ECS says. ECR has it now."]
    return []


def _truncation(case: PullContext) -> list[str]:
    if not case.failure.error.truncated:
        return []
    match case.cause:
        case Cause.UNKNOWN:
            return ["The text is cut off before it comes to the cause."]
        case Cause.UNPACK_FAILED:
            return ["The text is cut off; a full disk is a common reason that it may not show."]
        case _:
            return ["The text is cut off."]
