"""Reports invalid resource tags: each tag once a week, not with every push."""

from collections.abc import Iterable
from functools import partial

from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts.alert import Alert, Fix, Severity
from platform_guard.alerts.aws_cli import remove_resource_tag
from platform_guard.alerts.sns import AlertTopic
from platform_guard.aws.idempotency import Idempotency, InProgressError
from platform_guard.policy.tag_overrides import InvalidTag
from platform_guard.registry.reference import Repository

SECONDS_BETWEEN_REPORTS = 7 * 24 * 3600
"""How long a report is remembered."""


def report_invalid_tags(
    invalid_tags: Iterable[InvalidTag],
    repository: Repository,
    once: Idempotency,
    topic: AlertTopic,
    context: LambdaContext,
) -> None:
    """Alert about each tag unless the same value was reported recently."""
    for tag in invalid_tags:
        alert = alert_about_invalid_tag(tag, repository)
        key = f"{repository.uri} {tag.key}={tag.value}"
        try:
            once.run(key, partial(topic.publish, alert), context)
        except InProgressError:
            # Another process is reporting the same tag.
            continue


OVERRIDE_REFUSED = "override-refused"
"""The code of the alert."""


def alert_about_invalid_tag(tag: InvalidTag, repository: Repository) -> Alert:
    """Build the alert about a resource tag that has no effect."""
    return Alert(
        severity=Severity.INFO,
        code=OVERRIDE_REFUSED,
        repository=repository.name,
        title=f"{repository.name}: ignoring invalid resource tag {tag.key}",
        summary=(
            f"The guard ignores a resource tag of the repository {repository.name}: "
            f"{tag.because}. Images are evaluated without the tag."
        ),
        facts=(("Repository", repository.uri), ("Resource tag", f"{tag.key} = {tag.value}")),
        fixes=(Fix("To remove the tag", (remove_resource_tag(repository, tag.key),)),),
        group=f"{repository.uri}/{OVERRIDE_REFUSED}",
        account=repository.account,
        region=repository.region,
    )
