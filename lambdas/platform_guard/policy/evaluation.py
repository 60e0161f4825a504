"""Judging an image: from what was read and what the policy wants to a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import assert_never

from platform_guard.oci.classification import Role
from platform_guard.oci.image import Entry, Image, Kind, chosen_entry, runnable_entries
from platform_guard.oci.platforms import Platform, is_other_variant, match_rank
from platform_guard.policy.policy import IndexRule, PlatformRule, Policy
from platform_guard.policy.verdict import Evidence, Finding, NoFinding, Verdict


def judge(image: Image, policy: Policy) -> Verdict:
    """Tell whether an image can run where the policy says it must."""
    return replace(_judge(image, policy), evidence=tuple(map(_evidence, image.entries)))


def _judge(image: Image, policy: Policy) -> Verdict:
    match image.kind:
        case Kind.UNREADABLE:
            return Verdict(NoFinding.UNREADABLE, image.unreadable_because)
        case Kind.ARTIFACT:
            return Verdict(NoFinding.NOT_AN_IMAGE, "it is an artifact, not an image")
        case Kind.ATTESTATION:
            return _no_image("it is an attestation about an image, not an image", policy)
        case Kind.IMAGE:
            return _judge_plain_image(image, policy)
        case Kind.INDEX:
            return _judge_index(image, policy)
        case _:
            assert_never(image.kind)


def _judge_plain_image(image: Image, policy: Policy) -> Verdict:
    offered = image.entries[0].platform
    if offered is None:
        return Verdict(NoFinding.UNREADABLE, "its config states no platform")
    fares = [
        _Fare(_Gravity.SERVED, platform)
        if match_rank(platform, offered) is not None
        else _Fare(_Gravity.MISSING, platform, _other_platform_reason(image, offered, platform))
        for platform in policy.required_platforms
    ]
    gravity = _deciding_gravity(fares, policy)
    if gravity is not _Gravity.SERVED:
        return _verdict(Finding.MISSING_PLATFORM, gravity, fares, policy)
    return Verdict(NoFinding.COMPLIANT, f"it is an image for {offered}")


def _other_platform_reason(image: Image, offered: Platform, required: Platform) -> str:
    if is_other_variant(required, offered):
        # No engine looks at the platform of a plain image, and most processors have a few levels.
        return f"it holds {offered}, which not every machine for {required} runs"
    return _missing_reason(image, required)


class _Gravity(IntEnum):
    """How a required platform fares; see `_deciding_gravity` for the image as a whole."""

    SERVED = 0
    UNREADABLE = 1
    MISLABELED = 2
    DANGLING = 3
    MISSING = 4


@dataclass(frozen=True, slots=True)
class _Fare:
    """What an engine meets that pulls an index for a required platform."""

    gravity: _Gravity
    platform: Platform
    reason: str = ""


def _judge_index(image: Image, policy: Policy) -> Verdict:
    fares = [_fare(image, platform) for platform in policy.required_platforms]
    if not runnable_entries(image.entries):
        # That a platform is missing needs proof, which is an image for another one.
        fares = [fare for fare in fares if fare.gravity is not _Gravity.MISSING]
    if not fares and any(entry.role in _UNJUDGED for entry in image.entries):
        return Verdict(NoFinding.UNREADABLE, "nothing that it lists could be read")
    if not fares:
        return _no_image("it is an index with nothing in it that can run", policy)
    gravity = _deciding_gravity(fares, policy)
    match gravity:
        case _Gravity.MISSING:
            return _verdict(Finding.MISSING_PLATFORM, gravity, fares, policy)
        case _Gravity.DANGLING:
            return _verdict(Finding.DANGLING, gravity, fares, policy)
        case _Gravity.MISLABELED:
            return _verdict(Finding.MISLABELED, gravity, fares, policy)
        case _Gravity.UNREADABLE:
            return Verdict(NoFinding.UNREADABLE, _first(gravity, fares).reason)
        case _Gravity.SERVED:
            return _judge_packing(image, policy)
        case _:
            assert_never(gravity)


def _fare(image: Image, required: Platform) -> _Fare:
    entry = chosen_entry(image.entries, required)
    if entry is None:
        return _Fare(_Gravity.MISSING, required, _missing_reason(image, required))
    if entry.platform is None:
        reason = f"what it lists as {entry.digest} cannot be read: {entry.note}"
        return _Fare(_Gravity.UNREADABLE, required, reason)
    match entry.role:
        case Role.ABSENT:
            reason = f"it lists {required} as {entry.digest}, which is not there"
            return _Fare(_Gravity.DANGLING, required, reason)
        case Role.UNREADABLE:
            reason = f"its image for {required}, {entry.digest}, cannot be judged: {entry.note}"
            return _Fare(_Gravity.UNREADABLE, required, reason)
        case _:
            pass
    config = entry.config_platform
    if config is not None and _contradicts(config, required):
        reason = (
            f"its index says {entry.platform}, but the config of that image says {config}: "
            "it is pulled and then cannot be executed"
        )
        return _Fare(_Gravity.MISLABELED, required, reason)
    return _Fare(_Gravity.SERVED, required)


def _contradicts(config: Platform, required: Platform) -> bool:
    """Tell whether what a config says cannot be executed on a host for `required`.

    That only the variant differs proves nothing: older builders leave it out of the config.
    """
    is_of_its_kind = (config.os, config.architecture) == (required.os, required.architecture)
    return not is_of_its_kind and match_rank(required, config) is None


def _judge_packing(image: Image, policy: Policy) -> Verdict:
    shapes = {entry.platform for entry in runnable_entries(image.entries) if entry.platform}
    # What differs in features alone, as a nydus image does, is the same image in another shape.
    platforms = {replace(shape, os_features=frozenset()) for shape in shapes}
    holds = f"an index for {image.holds}"
    match policy.index_rule:
        case IndexRule.ALLOW:
            return Verdict(NoFinding.COMPLIANT, f"it is {holds}")
        case IndexRule.MULTI_PLATFORM if len(platforms) > 1:
            return Verdict(NoFinding.COMPLIANT, f"it is {holds}")
        case IndexRule.MULTI_PLATFORM:
            reason = _wrapped_reason(image, is_one_shape=len(shapes) == 1)
            return Verdict(Finding.INDEX_ONLY, f"it is {holds} {reason}")
        case IndexRule.FORBID:
            return Verdict(Finding.INDEX_ONLY, f"it is {holds}, and the policy forbids an index")
        case _:
            assert_never(policy.index_rule)


def _wrapped_reason(image: Image, *, is_one_shape: bool) -> str:
    refused = "Lambda and SageMaker refuse an image behind an index"
    if any(entry.role is Role.ARTIFACT for entry in image.entries):
        return f"and an artifact, such as a SOCI index: {refused}"
    return f"alone: {refused}{', and one platform needs none' if is_one_shape else ''}"


def _missing_reason(image: Image, required: Platform) -> str:
    offered = [entry.platform for entry in image.entries if entry.role is Role.IMAGE]
    if any(platform and match_rank(required, platform) is not None for platform in offered):
        return (
            f"it holds {image.holds}, but engines follow one child of an index alone, and the "
            f"first that states no platform is not for {required}"
        )
    return f"it holds {image.holds}, but nothing that runs on {required}"


def _deciding_gravity(fares: Sequence[_Fare], policy: Policy) -> _Gravity:
    """Of platforms that are all required the worst off decides, of alternatives the best off."""
    gravities = [fare.gravity for fare in fares]
    match policy.platform_rule:
        case PlatformRule.ALL:
            return max(gravities)
        case PlatformRule.ANY:
            return min(gravities)
        case _:
            assert_never(policy.platform_rule)


def _first(gravity: _Gravity, fares: Sequence[_Fare]) -> _Fare:
    return next(fare for fare in fares if fare.gravity is gravity)


def _verdict(
    finding: Finding, gravity: _Gravity, fares: Sequence[_Fare], policy: Policy
) -> Verdict:
    reason = _first(gravity, fares).reason
    if policy.platform_rule is PlatformRule.ALL or len(policy.required_platforms) == 1:
        failing = [str(fare.platform) for fare in fares if fare.gravity is gravity]
        return Verdict(finding, reason, fails_on=tuple(failing))
    return Verdict(finding, f"{reason}; {policy.wanted} was wanted", fails_on=_required(policy))


def _no_image(reason: str, policy: Policy) -> Verdict:
    return Verdict(Finding.NO_IMAGE, reason, fails_on=_required(policy))


def _required(policy: Policy) -> tuple[str, ...]:
    return tuple(map(str, policy.required_platforms))


_UNJUDGED = frozenset({Role.ABSENT, Role.UNREADABLE})


def _evidence(entry: Entry) -> Evidence:
    note = entry.note
    if entry.config_platform is not None and entry.config_platform != entry.platform:
        note = f"its config says {entry.config_platform}"
    platform = str(entry.platform) if entry.platform and entry.platform.is_stated else ""
    return Evidence(entry.digest, entry.role, platform, note)
