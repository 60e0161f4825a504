"""Evaluating an image against a policy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import assert_never

from platform_guard.oci.classification import ManifestKind
from platform_guard.oci.image import Entry, Image, Kind, runnable_entries, select_manifest
from platform_guard.oci.platforms import Platform, differs_only_in_variant, match_rank
from platform_guard.policy.policy import IndexRule, PlatformRule, Policy
from platform_guard.policy.verdict import Evidence, Finding, NoFinding, Verdict


def evaluate(image: Image, policy: Policy) -> Verdict:
    """Return the verdict on an image, with every entry as evidence."""
    return replace(_evaluate(image, policy), evidence=tuple(map(_evidence, image.entries)))


def _evaluate(image: Image, policy: Policy) -> Verdict:
    match image.kind:
        case Kind.UNREADABLE:
            return Verdict(NoFinding.UNREADABLE, image.unreadable_reason)
        case Kind.ARTIFACT:
            return Verdict(NoFinding.NOT_AN_IMAGE, "it is an artifact, not an image")
        case Kind.ATTESTATION:
            return _no_image("it is an attestation, not an image", policy)
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
    results = [
        _PlatformResult(_Severity.SATISFIED, platform)
        if match_rank(platform, offered) is not None
        else _PlatformResult(
            _Severity.MISSING, platform, _mismatch_reason(image, offered, platform, policy)
        )
        for platform in policy.required_platforms
    ]
    severity = _deciding_severity(results, policy)
    if severity is not _Severity.SATISFIED:
        return _verdict(Finding.MISSING_PLATFORM, severity, results, policy)
    return Verdict(NoFinding.COMPLIANT, f"it is an image for {offered}")


def _mismatch_reason(image: Image, offered: Platform, required: Platform, policy: Policy) -> str:
    if differs_only_in_variant(required, offered):
        # Engines ignore the platform of a plain image, and most processors support some levels.
        return f"it contains only {offered}, which not every {required} host can run"
    return _missing_reason(image, required, policy)


class _Severity(IntEnum):
    """The result for one required platform; `_deciding_severity` combines them."""

    SATISFIED = 0
    UNREADABLE = 1
    MISLABELED = 2
    DANGLING = 3
    MISSING = 4


@dataclass(frozen=True, slots=True)
class _PlatformResult:
    """The outcome of pulling an image for a required platform."""

    severity: _Severity
    platform: Platform
    reason: str = ""


def _evaluate_index(image: Image, policy: Policy) -> Verdict:
    results = [_platform_result(image, platform, policy) for platform in policy.required_platforms]
    if not runnable_entries(image.entries):
        # A missing platform is proven only by an image for another platform.
        results = [result for result in results if result.severity is not _Severity.MISSING]
    if not results and any(entry.kind in _NOT_READ for entry in image.entries):
        return Verdict(NoFinding.UNREADABLE, "none of its index entries could be read")
    if not results:
        return _no_image("it is an index without a runnable image", policy)
    severity = _deciding_severity(results, policy)
    match severity:
        case _Severity.MISSING:
            return _verdict(Finding.MISSING_PLATFORM, severity, results, policy)
        case _Severity.DANGLING:
            return _verdict(Finding.DANGLING, severity, results, policy)
        case _Severity.MISLABELED:
            return _verdict(Finding.MISLABELED, severity, results, policy)
        case _Severity.UNREADABLE:
            return Verdict(NoFinding.UNREADABLE, _first_result(severity, results).reason)
        case _Severity.SATISFIED:
            return _evaluate_index_shape(image, policy)
        case _:
            assert_never(severity)


def _platform_result(image: Image, required: Platform, policy: Policy) -> _PlatformResult:
    entry = select_manifest(image.entries, required)
    if entry is None:
        reason = _missing_reason(image, required, policy)
        return _PlatformResult(_Severity.MISSING, required, reason)
    if entry.platform is None:
        reason = f"its index entry {entry.digest} cannot be read: {entry.note}"
        return _PlatformResult(_Severity.UNREADABLE, required, reason)
    match entry.kind:
        case ManifestKind.MISSING:
            reason = f"its index entry for {required}, {entry.digest}, is missing"
            return _PlatformResult(_Severity.DANGLING, required, reason)
        case ManifestKind.UNREADABLE:
            reason = f"its image for {required}, {entry.digest}, cannot be evaluated: {entry.note}"
            return _PlatformResult(_Severity.UNREADABLE, required, reason)
        case _:
            pass
    config = entry.config_platform
    if config is not None and _is_mislabeled(config, required):
        reason = (
            f"its index entry for {entry.platform} is an image for {config}, "
            "which can be pulled but not executed"
        )
        return _PlatformResult(_Severity.MISLABELED, required, reason)
    return _PlatformResult(_Severity.SATISFIED, required)


def _is_mislabeled(config: Platform, required: Platform) -> bool:
    """Return whether a host for `required` cannot run an image with this config.

    A different variant is not evidence: older build tools omit it from the config.
    """
    is_same_architecture = (config.os, config.architecture) == (required.os, required.architecture)
    return not is_same_architecture and match_rank(required, config) is None


def _evaluate_index_shape(image: Image, policy: Policy) -> Verdict:
    forms = {entry.platform for entry in runnable_entries(image.entries) if entry.platform}
    # Entries that differ only in features, as nydus images do, are forms of the same image.
    platforms = {replace(form, os_features=frozenset()) for form in forms}
    index = f"it is an index for {image.platform_summary}"
    match policy.index_rule:
        case IndexRule.ALLOW:
            return Verdict(NoFinding.COMPLIANT, index)
        case IndexRule.MULTI_PLATFORM if len(platforms) > 1:
            return Verdict(NoFinding.COMPLIANT, index)
        case IndexRule.MULTI_PLATFORM:
            return Verdict(Finding.INDEX_ONLY, _wrapped_reason(image, is_one_form=len(forms) == 1))
        case IndexRule.FORBID:
            return Verdict(Finding.INDEX_ONLY, f"{index}, but the policy forbids indexes")
        case _:
            assert_never(policy.index_rule)


def _wrapped_reason(image: Image, *, is_one_form: bool) -> str:
    kinds = {entry.kind for entry in image.entries}
    if ManifestKind.ARTIFACT in kinds:
        shape = "shares an index with an artifact, such as a SOCI index"
    elif not is_one_form:
        shape = "is listed in an index in several forms"
    elif ManifestKind.ATTESTATION in kinds:
        shape = "is wrapped in an index, usually for provenance"
    else:
        shape = "is wrapped in an index"
    return f"its {image.platform_summary} image {shape}; Lambda and SageMaker reject indexes"


def _missing_reason(image: Image, required: Platform, policy: Policy) -> str:
    offered = [entry.platform for entry in image.entries if entry.kind is ManifestKind.IMAGE]
    if any(platform and match_rank(required, platform) is not None for platform in offered):
        return (
            f"it contains {image.platform_summary}, but engines follow only one index entry, "
            f"and the first entry without a platform is not for {required}"
        )
    contents = f"it contains only {image.platform_summary}"
    return contents if _has_alternatives(policy) else f"{contents}; {required} is required"


def _has_alternatives(policy: Policy) -> bool:
    return policy.platform_rule is PlatformRule.ANY and len(policy.required_platforms) > 1


def _deciding_severity(results: Sequence[_PlatformResult], policy: Policy) -> _Severity:
    """Return the worst severity if all platforms are required, the best if one is enough."""
    severities = [result.severity for result in results]
    match policy.platform_rule:
        case PlatformRule.ALL:
            return max(severities)
        case PlatformRule.ANY:
            return min(severities)
        case _:
            assert_never(policy.platform_rule)


def _first_result(severity: _Severity, results: Sequence[_PlatformResult]) -> _PlatformResult:
    return next(result for result in results if result.severity is severity)


def _verdict(
    finding: Finding, severity: _Severity, results: Sequence[_PlatformResult], policy: Policy
) -> Verdict:
    reason = _first_result(severity, results).reason
    if _has_alternatives(policy):
        reason = f"{reason}; {policy.required_summary} is required"
        return Verdict(finding, reason, fails_on=_required(policy))
    failing = [str(result.platform) for result in results if result.severity is severity]
    return Verdict(finding, reason, fails_on=tuple(failing))


def _no_image(reason: str, policy: Policy) -> Verdict:
    return Verdict(Finding.NO_IMAGE, reason, fails_on=_required(policy))


def _required(policy: Policy) -> tuple[str, ...]:
    return tuple(map(str, policy.required_platforms))


_NOT_READ = frozenset({ManifestKind.MISSING, ManifestKind.UNREADABLE})


def _evidence(entry: Entry) -> Evidence:
    note = entry.note
    if entry.config_platform is not None and entry.config_platform != entry.platform:
        note = f"its config says {entry.config_platform}"
    platform = str(entry.platform) if entry.platform and entry.platform.is_stated else ""
    return Evidence(entry.digest, entry.kind, platform, note)
