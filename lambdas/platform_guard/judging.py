"""Judging an image: from what was read and what the policy wants to a verdict."""

from enum import IntEnum
from typing import assert_never

from platform_guard.images import Entry, Image, Kind, chosen_entry, runnable_entries
from platform_guard.platforms import Platform, match_rank
from platform_guard.policy import IndexRule, Policy
from platform_guard.roles import Role
from platform_guard.verdicts import Evidence, Finding, NoFinding, Verdict


def judge(image: Image, policy: Policy) -> Verdict:
    """Tell whether an image can run where the policy says it must."""
    evidence = tuple(_evidence(entry) for entry in image.entries)
    match image.kind:
        case Kind.UNREADABLE:
            return Verdict(NoFinding.UNREADABLE, image.unreadable_because, evidence)
        case Kind.ARTIFACT:
            return Verdict(NoFinding.NOT_AN_IMAGE, "it is an artifact, not an image", evidence)
        case Kind.ATTESTATION:
            reason = "it is an attestation about an image, not an image"
            return Verdict(Finding.NO_IMAGE, reason, evidence)
        case Kind.IMAGE:
            name, reason = _judge_plain_image(image, policy)
        case Kind.INDEX:
            name, reason = _judge_index(image, policy)
        case _:
            assert_never(image.kind)
    return Verdict(name, reason, evidence)


def _judge_plain_image(image: Image, policy: Policy) -> tuple[Finding | NoFinding, str]:
    entry = image.entries[0]
    if entry.platform is None:
        return NoFinding.UNREADABLE, "its config states no platform"
    missing = [
        platform
        for platform in policy.required_platforms
        if match_rank(platform, entry.platform) is None
    ]
    if missing:
        return Finding.MISSING_PLATFORM, _missing_reason(image, missing[0])
    return NoFinding.COMPLIANT, f"it is an image for {entry.platform}"


class _Gravity(IntEnum):
    """How a required platform fares; the highest decides what becomes of the whole image."""

    SERVED = 0
    UNREADABLE = 1
    MISLABELED = 2
    DANGLING = 3
    MISSING = 4


def _judge_index(image: Image, policy: Policy) -> tuple[Finding | NoFinding, str]:
    is_runnable = bool(runnable_entries(image.entries))
    gravity, reason = max(
        (_fare(image, required) for required in policy.required_platforms),
        key=lambda fare: fare[0],
    )
    match gravity:
        case _Gravity.MISSING if is_runnable:
            return Finding.MISSING_PLATFORM, reason
        case _Gravity.MISSING if _has_unjudged(image):
            return NoFinding.UNREADABLE, "nothing that it lists could be read"
        case _Gravity.MISSING:
            return Finding.NO_IMAGE, "it is an index with nothing in it that can run"
        case _Gravity.DANGLING:
            return Finding.DANGLING, reason
        case _Gravity.MISLABELED:
            return Finding.MISLABELED, reason
        case _Gravity.UNREADABLE:
            return NoFinding.UNREADABLE, reason
        case _Gravity.SERVED:
            return _judge_packing(image, policy)
        case _:
            assert_never(gravity)


def _fare(image: Image, required: Platform) -> tuple[_Gravity, str]:
    """Tell what an engine meets that pulls the index for a required platform."""
    entry = chosen_entry(image.entries, required)
    if entry is None:
        unknown = [entry for entry in image.entries if _could_be_anything(entry)]
        if unknown:
            reason = f"what it lists as {unknown[0].digest} cannot be read: {unknown[0].note}"
            return _Gravity.UNREADABLE, reason
        return _Gravity.MISSING, _missing_reason(image, required)
    match entry.role:
        case Role.ABSENT:
            return _Gravity.DANGLING, f"it lists {required} as {entry.digest}, which is not there"
        case Role.UNREADABLE:
            reason = f"its image for {required}, {entry.digest}, cannot be judged: {entry.note}"
            return _Gravity.UNREADABLE, reason
        case _:
            pass
    config = entry.config_platform
    if config is not None and match_rank(required, config) is None:
        reason = (
            f"its index says {entry.platform}, but the config of that image says {config}: "
            "it is pulled and then cannot be executed"
        )
        return _Gravity.MISLABELED, reason
    return _Gravity.SERVED, ""


def _judge_packing(image: Image, policy: Policy) -> tuple[Finding | NoFinding, str]:
    platforms = {entry.platform for entry in runnable_entries(image.entries)}
    holds = f"an index for {image.holds}"
    match policy.index_rule:
        case IndexRule.ALLOW:
            return NoFinding.COMPLIANT, f"it is {holds}"
        case IndexRule.MULTI_PLATFORM if len(platforms) > 1:
            return NoFinding.COMPLIANT, f"it is {holds}"
        case IndexRule.MULTI_PLATFORM:
            return Finding.INDEX_ONLY, (
                f"it is {holds} alone: Lambda and SageMaker refuse an image behind an index, "
                "and one platform needs none"
            )
        case IndexRule.FORBID:
            return Finding.INDEX_ONLY, f"it is {holds}, and the policy forbids an index"
        case _:
            assert_never(policy.index_rule)


def _missing_reason(image: Image, required: Platform) -> str:
    return f"it holds {image.holds}, but nothing that runs on {required}"


def _could_be_anything(entry: Entry) -> bool:
    """Tell whether an entry may be for any platform, since neither index nor config tells."""
    return entry.platform is None and entry.role in (Role.ABSENT, Role.UNREADABLE)


def _has_unjudged(image: Image) -> bool:
    return any(entry.role in (Role.ABSENT, Role.UNREADABLE) for entry in image.entries)


def _evidence(entry: Entry) -> Evidence:
    note = entry.note
    if entry.config_platform is not None and entry.config_platform != entry.platform:
        note = f"its config says {entry.config_platform}"
    platform = str(entry.platform) if entry.platform and entry.platform.is_stated else ""
    return Evidence(entry.digest, entry.role, platform, note)
