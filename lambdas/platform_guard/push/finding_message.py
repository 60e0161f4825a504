"""Converts findings to ledger entries and back.

After a remedy the image cannot be read by its tag, or not at all.
"""

from dataclasses import replace
from datetime import datetime

from platform_guard.oci.classification import ManifestKind
from platform_guard.oci.image import Entry as ImageEntry
from platform_guard.oci.image import Image
from platform_guard.oci.platforms import Platform
from platform_guard.oci.reader import StoredDocument
from platform_guard.policy.policy import Remedy
from platform_guard.policy.verdict import Finding, Verdict
from platform_guard.push.finding import FindingContext
from platform_guard.registry.images import ImageState
from platform_guard.registry.mark import mark_for
from platform_guard.registry.push_event import Push
from platform_guard.remediation.ledger import Entry, State, entry_id
from platform_guard.remediation.plan import Plan
from platform_guard.remediation.protection import ProtectionSnapshot, unshared_children
from platform_guard.timestamp import iso_time

# An index may list thousands of platforms, and a DynamoDB item has at most 400 KB.
_PLATFORMS_KEPT = 20


def new_entry(
    finding: Finding, found: FindingContext, actor: str, rule: str, now: datetime
) -> Entry:
    """Create the ledger entry of a finding, before the plan."""
    push, platforms = found.push, found.image.platforms
    return Entry(
        id=entry_id(push.event_id, push.image),
        at=iso_time(now),
        actor=actor,
        image=push.image,
        pushed=push.time,
        finding=finding,
        reason=found.verdict.reason,
        kind=found.image.kind,
        platforms=platforms[:_PLATFORMS_KEPT],
        platforms_left_off=max(0, len(platforms) - _PLATFORMS_KEPT),
        fails_on=found.verdict.fails_on,
        rule=rule,
        wanted=Remedy.ALERT,
        remedy=Remedy.ALERT,
        mark="",
        documents=(found.document,),
    )


def with_plan(
    entry: Entry,
    plan: Plan,
    snapshot: ProtectionSnapshot | None = None,
    documents: tuple[StoredDocument, ...] = (),
) -> Entry:
    """Add the plan to an entry, so that another process can resume it."""
    state = snapshot.state if snapshot else None
    return replace(
        entry,
        state=State.IN_PROGRESS,
        wanted=plan.wanted,
        remedy=plan.remedy,
        mark=mark_for(entry.finding, entry.image.tag, entry.image.digest),
        blocked_by=plan.blocked_by,
        tags_before=state.tags if isinstance(state, ImageState) else entry.tags_before,
        children=unshared_children(entry.image.digest, snapshot) if snapshot else (),
        documents=documents or entry.documents,
    )


def finding_of_entry(entry: Entry, push: Push) -> FindingContext:
    """Return the finding of an entry, without its evidence."""
    image = Image(
        entry.image.digest,
        entry.kind,
        tuple(
            ImageEntry(entry.image.digest, ManifestKind.IMAGE, _platform(platform))
            for platform in entry.platforms
        ),
        platforms_left_off=entry.platforms_left_off,
    )
    document = entry.document or StoredDocument(entry.image.digest, b"")
    verdict = Verdict(entry.finding, entry.reason, fails_on=entry.fails_on)
    return FindingContext(push, document, image, verdict)


def _platform(text: str) -> Platform:
    """Parse a platform that was written with `str`, for display only."""
    os, _, rest = text.partition("/")
    architecture, _, variant = rest.partition("/")
    return Platform(os, architecture, variant)
