"""Judging an image: from what was read and what the policy wants to a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import assert_never

from platform_guard.oci.classification import ManifestKind
from platform_guard.oci.image import Entry, Image, Kind, runnable_entries, select_manifest
from platform_guard.oci.platforms import Platform, is_other_variant, match_rank
from platform_guard.policy.policy import IndexRule, PlatformRule, Policy
from platform_guard.policy.verdict import Evidence, Finding, NoFinding, Verdict


def evaluate(image: Image, policy: Policy) -> Verdict:
    """Tell whether an image can run where the policy says it must."""
    return replace(_evaluate(image, policy), evidence=tuple(map(_evidence, image.entries)))


def _evaluate(image: Image, policy: Policy) -> Verdict:
    match image.kind:
        case Kind.UNREADABLE:
            return Verdict(NoFinding.UNREADABLE, image.unreadable_because)
        case Kind.ARTIFACT:
            return Verdict(NoFinding.NOT_AN_IMAGE, "it is an artifact, not an image")
        case Kind.ATTESTATION:
            return _no_image("it is an attestation about an image, not an image", policy)
        case Kind.IMAGE:
            return _evaluate_plain_image(image, policy)
        case Kind.INDEX:
            return _evaluate_index(image, policy)
        case _:
            assert_never(image.kind)


def _evaluate_plain_image(image: Image, policy: Policy) -> Verdict:
    offered = image.entries[0].platform
    if offered is None:
        return Verdict(NoFinding.UNREADABLE, "its config states no platform")
    fares = [
        _PlatformResult(_Severity.SERVED, platform)
        if match_rank(platform, offered) is not None
        else _PlatformResult(
            _Severity.MISSING, platform, _other_platform_reason(image, offered, platform)
        )
        for platform in policy.required_platforms
    ]
    severity = _deciding_severity(fares, policy)
    if severity is not _Severity.SERVED:
        return _verdict(Finding.MISSING_PLATFORM, severity, fares, policy)
    return Verdict(NoFinding.COMPLIANT, f"it is an image for {offered}")


def _other_platform_reason(image: Image, offered: Platform, required: Platform) -> str:
    if is_other_variant(required, offered):
        # No engine looks at the platform of a plain image, and most processors have a few levels.
        return f"it holds {offered}, which not every machine for {required} runs"
    return _missing_reason(image, required)


class _Severity(IntEnum):
    """How a required platform fares; see `_deciding_severity` for the image as a whole."""

    SERVED = 0
    UNREADABLE = 1
    MISLABELED = 2
    DANGLING = 3
    MISSING = 4


@dataclass(frozen=True, slots=True)
class _PlatformResult:
    """What an engine meets that pulls an index for a required platform."""

    severity: _Severity
    platform: Platform
    reason: str = ""


def _evaluate_index(image: Image, policy: Policy) -> Verdict:
    fares = [_platform_result(image, platform) for platform in policy.required_platforms]
    if not runnable_entries(image.entries):
        # That a platform is missing needs proof, which is an image for another one.
        fares = [fare for fare in fares if fare.severity is not _Severity.MISSING]
    if not fares and any(entry.role in _NOT_EVALUATED for entry in image.entries):
        return Verdict(NoFinding.UNREADABLE, "nothing that it lists could be read")
    if not fares:
        return _no_image("it is an index with nothing in it that can run", policy)
    severity = _deciding_severity(fares, policy)
    match severity:
        case _Severity.MISSING:
            return _verdict(Finding.MISSING_PLATFORM, severity, fares, policy)
        case _Severity.DANGLING:
            return _verdict(Finding.DANGLING, severity, fares, policy)
        case _Severity.MISLABELED:
            return _verdict(Finding.MISLABELED, severity, fares, policy)
        case _Severity.UNREADABLE:
            return Verdict(NoFinding.UNREADABLE, _first(severity, fares).reason)
        case _Severity.SERVED:
            return _evaluate_index_shape(image, policy)
        case _:
            assert_never(severity)


def _platform_result(image: Image, required: Platform) -> _PlatformResult:
    entry = select_manifest(image.entries, required)
    if entry is None:
        return _PlatformResult(_Severity.MISSING, required, _missing_reason(image, required))
    if entry.platform is None:
        reason = f"what it lists as {entry.digest} cannot be read: {entry.note}"
        return _PlatformResult(_Severity.UNREADABLE, required, reason)
    match entry.role:
        case ManifestKind.MISSING:
            reason = f"it lists {required} as {entry.digest}, which is not there"
            return _PlatformResult(_Severity.DANGLING, required, reason)
        case ManifestKind.UNREADABLE:
            reason = f"its image for {required}, {entry.digest}, cannot be judged: {entry.note}"
            return _PlatformResult(_Severity.UNREADABLE, required, reason)
        case _:
            pass
    config = entry.config_platform
    if config is not None and _contradicts(config, required):
        reason = (
            f"its index says {entry.platform}, but the config of that image says {config}: "
            "it is pulled and then cannot be executed"
        )
        return _PlatformResult(_Severity.MISLABELED, required, reason)
    return _PlatformResult(_Severity.SERVED, required)


def _contradicts(config: Platform, required: Platform) -> bool:
    """Tell whether what a config says cannot be executed on a host for `required`.

    That only the variant differs proves nothing: older builders leave it out of the config.
    """
    is_of_its_kind = (config.os, config.architecture) == (required.os, required.architecture)
    return not is_of_its_kind and match_rank(required, config) is None


def _evaluate_index_shape(image: Image, policy: Policy) -> Verdict:
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
    if any(entry.role is ManifestKind.ARTIFACT for entry in image.entries):
        return f"and an artifact, such as a SOCI index: {refused}"
    return f"alone: {refused}{', and one platform needs none' if is_one_shape else ''}"


def _missing_reason(image: Image, required: Platform) -> str:
    offered = [entry.platform for entry in image.entries if entry.role is ManifestKind.IMAGE]
    if any(platform and match_rank(required, platform) is not None for platform in offered):
        return (
            f"it holds {image.holds}, but engines follow one child of an index alone, and the "
            f"first that states no platform is not for {required}"
        )
    return f"it holds {image.holds}, but nothing that runs on {required}"


def _deciding_severity(fares: Sequence[_PlatformResult], policy: Policy) -> _Severity:
    """Of platforms that are all required the worst off decides, of alternatives the best off."""
    gravities = [fare.severity for fare in fares]
    match policy.platform_rule:
        case PlatformRule.ALL:
            return max(gravities)
        case PlatformRule.ANY:
            return min(gravities)
        case _:
            assert_never(policy.platform_rule)


def _first(severity: _Severity, fares: Sequence[_PlatformResult]) -> _PlatformResult:
    return next(fare for fare in fares if fare.severity is severity)


def _verdict(
    finding: Finding, severity: _Severity, fares: Sequence[_PlatformResult], policy: Policy
) -> Verdict:
    reason = _first(severity, fares).reason
    if policy.platform_rule is PlatformRule.ALL or len(policy.required_platforms) == 1:
        failing = [str(fare.platform) for fare in fares if fare.severity is severity]
        return Verdict(finding, reason, fails_on=tuple(failing))
    return Verdict(finding, f"{reason}; {policy.wanted} was wanted", fails_on=_required(policy))


def _no_image(reason: str, policy: Policy) -> Verdict:
    return Verdict(Finding.NO_IMAGE, reason, fails_on=_required(policy))


def _required(policy: Policy) -> tuple[str, ...]:
    return tuple(map(str, policy.required_platforms))


_NOT_EVALUATED = frozenset({ManifestKind.MISSING, ManifestKind.UNREADABLE})


def _evidence(entry: Entry) -> Evidence:
    note = entry.note
    if entry.config_platform is not None and entry.config_platform != entry.platform:
        note = f"its config says {entry.config_platform}"
    platform = str(entry.platform) if entry.platform and entry.platform.is_stated else ""
    return Evidence(entry.digest, entry.role, platform, note)
