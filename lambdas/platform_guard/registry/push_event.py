"""The ECR push event that EventBridge delivers."""

from collections.abc import Mapping
from dataclasses import dataclass

from platform_guard.event import EventError, Ignored, optional_text, required_object, required_text
from platform_guard.oci.manifest import is_digest
from platform_guard.registry.mark import is_mark
from platform_guard.registry.reference import Reference, Repository

TRIGGER = "platform-guard-origin"
"""The key of `Push.trigger` in the event detail. Events of ECR do not have it."""


@dataclass(frozen=True, slots=True)
class Push:
    """A push of a tagged image."""

    event_id: str
    time: str
    """RFC 3339, in UTC, as EventBridge writes it."""
    image: Reference
    """With tag and digest."""
    trigger: str = ""
    """`sweep` or `audit`, which enqueued the image later and reports it; empty for a push."""


def parse_push(event: object) -> Push | Ignored:
    """Parse an ECR event. Raises EventError if a field is missing or invalid.

    The EventBridge rule matches only pushes of tagged images. This checks again, because the rule
    can be changed.
    """
    fields = required_object(event, "the event")
    detail = required_object(fields.get("detail"), "detail")
    reason = _ignore_reason(fields, detail)
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


def _ignore_reason(fields: Mapping[str, object], detail: Mapping[str, object]) -> str:
    detail_type, action, result, tag = (
        fields.get("detail-type"),
        detail.get("action-type"),
        detail.get("result"),
        detail.get("image-tag"),
    )
    if (fields.get("source"), detail_type) != ("aws.ecr", "ECR Image Action"):
        return f"not an ECR image action: {detail_type}"
    if action != "PUSH":
        return f"not a push: {action}"
    if result != "SUCCESS":
        return f"the push did not succeed: {result}"
    if not tag:
        return "untagged: the child of an index, or an image without a tag so far"
    if isinstance(tag, str) and is_mark(tag):
        return "the guard's own mark"
    return ""


def wrong_account_reason(repository: Repository, function_arn: str) -> str:
    """Return why a function is not responsible for a repository; empty if it is.

    An event bus may receive events of other regions and accounts, which have their own guard.
    """
    region, account = function_arn.split(":")[3:5]
    if (repository.account, repository.region) == (account, region):
        return ""
    return (
        f"a push to account {repository.account} in {repository.region}, outside this guard's scope"
    )
