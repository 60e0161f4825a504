"""The alert for a pushed image."""

from collections.abc import Iterable

from platform_guard.alerts.alert import Alert
from platform_guard.policy.policy import Policy, Remedy
from platform_guard.push.alert import alert_about_push
from platform_guard.push.finding import FindingContext
from platform_guard.registry.push_event import Push
from platform_guard.registry.reference import Reference, Repository
from platform_guard.remediation.plan import RemediationResult
from tests.support.images import DEFAULT_POLICY, Blob, read_and_evaluate

REPOSITORY = Repository("123456789012", "eu-central-1", "team/app")


def alert_about(
    root: Blob,
    policy: Policy = DEFAULT_POLICY,
    *,
    without: Iterable[Blob] = (),
    repository: Repository = REPOSITORY,
    tag: str = "v1",
) -> Alert:
    """Evaluate an image as if it had been pushed, and return the alert."""
    image, verdict = read_and_evaluate(root, policy, without)
    push = Push("event-1", "2026-11-24T01:54:34Z", Reference(repository, tag, root.digest))
    done = RemediationResult(Remedy.ALERT, "nothing was changed: the policy asks only for an alert")
    return alert_about_push(FindingContext(push, root.stored, image, verdict), policy, done)
