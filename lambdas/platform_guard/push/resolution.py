"""Telling that a tag names an image that runs again, where somebody was alerted about it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts.alert import Alert
from platform_guard.aws.sqs_batch import count, logger
from platform_guard.push.finding import FindingContext
from platform_guard.push.open_findings import OpenFindings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

from platform_guard.alerts.alert import Severity, Status
from platform_guard.alerts.console import links_to_image
from platform_guard.registry.reference import Reference


@dataclass(frozen=True, slots=True)
class ResolvedFindings:
    """The repairs of images whose findings stand in a table."""

    client: "DynamoDBClient"
    table: str

    def notify(
        self,
        found: FindingContext,
        publisher: Callable[[], Callable[[Alert], None]],
        context: LambdaContext,
    ) -> None:
        """Tell that the tag of a good image is well again, once, if there was a finding."""
        image = found.push.image
        findings = OpenFindings(self.client, self.table, time.time)
        finding = findings.of(image.tagged_uri)
        if not finding:
            return
        # Most good images never had a finding, so a cold start does not load these.
        from platform_guard.aws.idempotency import Idempotency

        def notify() -> None:
            publisher()(alert_about_resolution(image, finding, found.verdict.reason))
            findings.forget(image.tagged_uri)
            logger.info("repaired", finding=finding)
            count("findings_resolved")

        Idempotency(self.client, self.table, scope="repair").run(
            found.push.event_id, notify, context
        )


def alert_about_resolution(image: Reference, finding: str, reason: str) -> Alert:
    """Tell that a tag names a good image now. `reason` is the verdict's clause about it."""
    repository, name = image.repository, image.short_name
    return Alert(
        severity=Severity.INFO,
        code=finding,
        repository=repository.name,
        title=f"{name}: resolved ({finding})",
        summary=f"{name} was pushed again, and {reason}.",
        facts=(("Image", image.tagged_uri), ("Digest", image.digest)),
        group=f"{repository.uri}/{finding}",
        links=links_to_image(image),
        status=Status.RESOLVED,
        account=repository.account,
        region=repository.region,
        image=image.tagged_uri,
    )
