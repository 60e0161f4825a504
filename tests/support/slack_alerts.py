"""Sample alerts for Slack, and observation of their delivery."""

import json

from platform_guard.alerts.alert import Alert, Severity, Status
from platform_guard_emulator import Deployment, Invocation, LocalAws

SETTINGS = """
[[slack.channel]]
name = "platform"
secret = "platform-guard/slack"

[[slack.channel]]
name = "shop-team"
secret = "shop/slack"
severity = "warning"
repositories = ["shop/*"]
"""


def alert(
    number: int = 1,
    repository: str = "web",
    severity: Severity = Severity.WARNING,
    status: Status = Status.OPEN,
) -> Alert:
    return Alert(
        severity=severity,
        code="missing-platform",
        repository=repository,
        title=f"{repository}:{number}",
        summary="It cannot run.",
        status=status,
        account="123456789012",
        region="eu-central-1",
        image=f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/{repository}:{number}",
    )


def retry_delays(aws: LocalAws) -> list[int]:
    """Return the visibility timeout in seconds of each message that is to be retried."""
    return [
        call.params["VisibilityTimeout"]
        for call in aws.calls
        if call.operation == "ChangeMessageVisibility"
    ]


def all_log_output(invocations: list[Invocation]) -> str:
    return json.dumps([[each.logs, each.error, each.response] for each in invocations])


def dead_letter_reasons(aws: LocalAws, guard: Deployment) -> list[str]:
    (logical_id,) = guard.dead_letters()
    answer = aws.client("sqs").receive_message(
        QueueUrl=guard.physical_id(logical_id),
        MessageAttributeNames=["All"],
        MaxNumberOfMessages=10,
        VisibilityTimeout=0,
    )
    return [message["MessageAttributes"]["reason"]["StringValue"] for message in answer["Messages"]]
