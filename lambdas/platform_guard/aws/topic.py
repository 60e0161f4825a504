"""Publishing alerts to an SNS topic."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_guard.alert_json import render_json
from platform_guard.alert_text import render_subject, render_text
from platform_guard.alerts import Alert

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


@dataclass(frozen=True, slots=True)
class AlertTopic:
    """The topic that people and machines subscribe to."""

    client: "SNSClient"
    arn: str

    def publish(self, alert: Alert) -> None:
        """Send an alert once: as text to people, as JSON to queues and functions."""
        text, machine = render_text(alert), render_json(alert)
        self.client.publish(
            TopicArn=self.arn,
            Subject=render_subject(alert),
            MessageStructure="json",
            Message=json.dumps({"default": text, "sqs": machine, "lambda": machine}),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in (
                    ("severity", alert.severity),
                    ("code", alert.code),
                    ("repository", alert.repository),
                )
            },
        )
