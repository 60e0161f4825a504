"""Reports that the finding of a tag is resolved."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts.alert import Alert, Severity, Status
from platform_guard.alerts.console import links_to_image
from platform_guard.aws.sqs_batch import count, logger
from platform_guard.push.finding import FindingContext
from platform_guard.push.open_findings import OpenFindings
from platform_guard.registry.reference import Reference

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class ResolvedFindings:
    """Reports resolved findings, which are kept in a table."""

    client: "DynamoDBClient"
    table: str

    def notify(
        self,
        found: FindingContext,
        publisher: Callable[[], Callable[[Alert], None]],
        context: LambdaContext,
    ) -> None:
        """Report once that a tag is fixed, if it had a finding."""
        image = found.push.image
        findings = OpenFindings(self.client, self.table, time.time)
        finding = findings.of(image.tagged_uri)
        if not finding:
            return
        # Most compliant images never had a finding, so a cold start does not load this.
        from platform_guard.aws.idempotency import Idempotency

        def notify() -> None:
            publisher()(alert_about_resolution(image, finding, found.verdict.reason))
            findings.forget(image.tagged_uri)
            logger.info("finding resolved", finding=finding)
            count("findings_resolved")

        Idempotency(self.client, self.table, scope="repair").run(
            found.push.event_id, notify, context
        )


def alert_about_resolution(image: Reference, finding: str, reason: str) -> Alert:
    """Build the alert that a tag is fixed. `reason` is the clause of the new verdict."""
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
