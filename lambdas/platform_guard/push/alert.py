"""The alert about a pushed image: what it contains, what is required, and the fix."""

from typing import assert_never

from platform_guard.alerts.alert import Alert, Fix, Severity
from platform_guard.alerts.aws_cli import build_and_push, free_tag, list_platforms, undo
from platform_guard.alerts.console import links_to_image
from platform_guard.oci.classification import ManifestKind
from platform_guard.oci.image import Image, Kind
from platform_guard.oci.platforms import Platform, differs_only_in_variant
from platform_guard.policy.policy import IndexRule, PlatformRule, Policy
from platform_guard.policy.verdict import Finding, NoFinding, Verdict, evidence_table
from platform_guard.push.finding import FindingContext
from platform_guard.registry.reference import Reference
from platform_guard.remediation.plan import RemediationResult, is_destructive


def alert_about_push(found: FindingContext, policy: Policy, done: RemediationResult) -> Alert:
    """Build the alert about what the guard found and did."""
    push, image, verdict = found.push, found.image, found.verdict
    name = push.image.short_name
    return Alert(
        severity=_severity(verdict),
        code=verdict.name,
        repository=push.image.repository.name,
        title=f"{name}: {headline(verdict, image, policy)} ({verdict.name})",
        summary=f"{name} was pushed, and {verdict.reason}. {consequence(verdict, image, policy)}",
        facts=(
            ("Image", push.image.tagged_uri),
            ("Digest", push.image.digest),
            ("Holds", image.platform_summary),
            ("Required", policy.required_summary),
            ("Pushed", push.time),
            ("Remedy", done.sentence),
            *((("Not checked", policy.not_checked),) if policy.caveat else ()),
        ),
        evidence=evidence_table(verdict.evidence),
        fixes=(*fixes_for(push.image, verdict, policy), *_undo(done, push.image.repository.region)),
        group=f"{push.image.repository.uri}/{verdict.name}",
        links=links_to_image(push.image),
        account=push.image.repository.account,
        region=push.image.repository.region,
        image=push.image.tagged_uri,
        bypass_throttling=is_destructive(done.remedy),
    )


def _severity(verdict: Verdict) -> Severity:
    mild = (Finding.INDEX_ONLY, NoFinding.UNREADABLE)
    return Severity.INFO if verdict.name in mild else Severity.WARNING


def fixes_for(image: Reference, verdict: Verdict, policy: Policy) -> tuple[Fix, ...]:
    """Return the commands that push a compliant image under the same tag."""
    name = f"{image.repository.uri}:{image.tag}"
    return (
        *_keep_artifact(image, verdict, policy),
        Fix(_build_title(verdict, policy), (build_and_push(_to_build(policy), name),)),
        Fix(
            "If that push is refused because the tags here are immutable, free the tag first; an "
            "image that has no other tag, such as a mark of the guard, is deleted with it",
            (free_tag(image.repository, image.tag),),
        ),
        Fix(
            "To check that it worked, list the platforms of what was pushed",
            (list_platforms(name),),
        ),
    )


def _keep_artifact(image: Reference, verdict: Verdict, policy: Policy) -> tuple[Fix, ...]:
    """Return the fix that keeps an artifact: Fargate looks for a SOCI index in the image index."""
    if not _contains_artifact(verdict, policy):
        return ()
    title = (
        "If the artifact in the index is needed, such as a SOCI index for Fargate to load the "
        f'image lazily, keep both, and set index_rule = "allow" for {image.repository.name} in '
        "guard.toml"
    )
    return (Fix(title),)


def _contains_artifact(verdict: Verdict, policy: Policy) -> bool:
    """Return whether the image may be wrapped for an artifact, which needs an index."""
    is_wrapped = verdict.name is Finding.INDEX_ONLY and policy.index_rule is not IndexRule.FORBID
    return is_wrapped and any(one.role is ManifestKind.ARTIFACT for one in verdict.evidence)


def _undo(done: RemediationResult, region: str) -> tuple[Fix, ...]:
    if not done.undo_id:
        return ()
    return (Fix("To undo what the guard did", (undo(done.undo_id, region),)),)


def _build_title(verdict: Verdict, policy: Policy) -> str:
    platforms = policy.required_summary
    match verdict.name:
        case Finding.MISLABELED:
            return f"Build it from a base image that exists for {platforms}, and push it again"
        case Finding.INDEX_ONLY if _contains_artifact(verdict, policy):
            return "If Lambda or SageMaker is to run it, build the image alone, and push it again"
        case Finding.INDEX_ONLY if _contains_only_attestations(verdict):
            return "Build it without attestations, which alone need the index, and push it again"
        case Finding.INDEX_ONLY:
            return f"Build it for {platforms} alone, so that it needs no index, and push it again"
        case _:
            return f"Build it for {platforms} and push it again"


def _contains_only_attestations(verdict: Verdict) -> bool:
    """Return whether an index contains only one image and attestations."""
    roles = [one.role for one in verdict.evidence]
    return (
        ManifestKind.ATTESTATION in roles
        and roles.count(ManifestKind.IMAGE) == 1
        and ManifestKind.ARTIFACT not in roles
    )


def _to_build(policy: Policy) -> str:
    """Return the value of `--platform`: all required platforms, or the first alternative."""
    match policy.platform_rule:
        case PlatformRule.ALL:
            return ",".join(map(str, policy.required_platforms))
        case PlatformRule.ANY:
            return str(policy.required_platforms[0])
        case _:
            assert_never(policy.platform_rule)


def headline(verdict: Verdict, image: Image, policy: Policy) -> str:
    """Return the problem in a few words, for titles."""
    where = " and ".join(verdict.fails_on)
    match verdict.name:
        case Finding.INDEX_ONLY:
            return "only behind an image index"
        case NoFinding.UNREADABLE:
            return "cannot be evaluated"
        case Finding.MISSING_PLATFORM if _depends_on_the_processor(verdict, image, policy):
            return f"may not run on {where}"
        case _:
            return f"cannot run on {where}"


def consequence(verdict: Verdict, image: Image, policy: Policy) -> str:
    """Return a sentence that says what fails, and how."""
    match verdict.name:
        case Finding.MISSING_PLATFORM if image.kind is Kind.IMAGE:
            return _of_plain_image(verdict, image, policy)
        case Finding.MISSING_PLATFORM | Finding.NO_IMAGE | Finding.DANGLING:
            return "A task that uses it stops with CannotPullContainerError."
        case Finding.MISLABELED:
            return 'A task that uses it stops with "exec format error".'
        case Finding.INDEX_ONLY:
            return "ECS runs it; Lambda and SageMaker refuse it."
        case NoFinding.UNREADABLE:
            return "It is unknown whether it runs, so the guard leaves it alone."
        case NoFinding.COMPLIANT | NoFinding.NOT_AN_IMAGE:
            return "There is nothing to do."


def _of_plain_image(verdict: Verdict, image: Image, policy: Policy) -> str:
    """Nearly all engines pull a plain image without checking its platform."""
    if _depends_on_the_processor(verdict, image, policy):
        return (
            f"A task can pull it. On a processor that lacks what {image.platform_summary} asks "
            "for, it stops with an illegal instruction."
        )
    pairs = _mismatches(verdict, image, policy)
    is_other_processor = any(
        required.architecture != actual.architecture for required, actual in pairs
    )
    if is_other_processor and all(required.os == actual.os for required, actual in pairs):
        return 'A task can pull it, and then stops with "exec format error".'
    return "A task cannot run it."


def _depends_on_the_processor(verdict: Verdict, image: Image, policy: Policy) -> bool:
    pairs = _mismatches(verdict, image, policy)
    return bool(pairs) and all(
        differs_only_in_variant(required, actual) for required, actual in pairs
    )


def _mismatches(verdict: Verdict, image: Image, policy: Policy) -> list[tuple[Platform, Platform]]:
    """Return pairs of a required platform and the platform of a plain image that fails on it."""
    if image.kind is not Kind.IMAGE:
        return []
    return [
        (required, entry.platform)
        for entry in image.entries
        for required in policy.required_platforms
        if entry.platform is not None and str(required) in verdict.fails_on
    ]
