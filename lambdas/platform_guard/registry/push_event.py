"""push_event."""

from collections.abc import Mapping
from dataclasses import dataclass

from platform_guard.event import EventError, Ignored, optional_text, required_object, required_text
from platform_guard.oci.manifest import is_digest
from platform_guard.registry.mark import is_mark
from platform_guard.registry.reference import Reference, Repository

TRIGGER = "platform-guard-origin"
"""A key in the detail, which no event of ECR has: Push.origin."""


@dataclass(frozen=True, slots=True)
class Push:
    """An image got a tag."""

    event_id: str
    time: str
    """RFC 3339, in UTC, as EventBridge writes it."""
    image: Reference
    """With tag and digest."""
    trigger: str = ""
    """`sweep` or `audit`, which enqueued the image later and reports it; empty for a push."""


def parse_push(event: object) -> Push | Ignored:
    """Read an event of ECR. Raises EventError where it is not one.

    The rule in EventBridge lets only pushes of tagged images through; this asks again, because a
    rule can be changed.
    """
    fields = required_object(event, "the event")
    detail = required_object(fields.get("detail"), "detail")
    reason = _why_ignored(fields, detail)
    if reason:
        return Ignored(reason)
    digest = required_text(detail, "image-digest")
    if not is_digest(digest):
        raise EventError(f"image-digest is not a digest: {digest[:80]!r}")
    repository = Repository(
        account=required_text(fields, "account"),
        region=required_text(fields, "region"),
        name=required_text(detail, "repository-name"),
    )
    return Push(
        event_id=required_text(fields, "id"),
        time=required_text(fields, "time"),
        image=Reference(repository, required_text(detail, "image-tag"), digest),
        trigger=optional_text(detail, TRIGGER),
    )


def _why_ignored(fields: Mapping[str, object], detail: Mapping[str, object]) -> str:
    detail_type, action, result, tag = (
        fields.get("detail-type"),
        detail.get("action-type"),
        detail.get("result"),
        detail.get("image-tag"),
    )
    if (fields.get("source"), detail_type) != ("aws.ecr", "ECR Image Action"):
        return f"not an image action of ECR: {detail_type}"
    if action != "PUSH":
        return f"not a push: {action}"
    if result != "SUCCESS":
        return f"a push that did not succeed: {result}"
    if not tag:
        return "untagged: a child of an index, or an image nobody can name yet"
    if isinstance(tag, str) and is_mark(tag):
        return "the guard's own mark"
    return ""


def why_other_account(repository: Repository, function_arn: str) -> str:
    """Say why a function has nothing to do with a repository; nothing where it does.

    A bus may get the events of other regions and accounts as well, and each has a guard of its own.
    """
    region, account = function_arn.split(":")[3:5]
    if (repository.account, repository.region) == (account, region):
        return ""
    return f"a push to {repository.account} in {repository.region}, which this guard is not for"
