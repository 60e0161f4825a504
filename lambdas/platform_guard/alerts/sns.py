"""Publication of alerts to the SNS topic."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_guard.alerts.alert import Alert
from platform_guard.alerts.render.sns_message import compose_message

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


@dataclass(frozen=True, slots=True)
class AlertTopic:
    """The SNS topic that all subscribers of alerts share."""

    client: "SNSClient"
    arn: str

    def publish(self, alert: Alert) -> None:
        """Publish an alert as one message with a text for each subscription protocol."""
        message = compose_message(alert)
        self.client.publish(
            TopicArn=self.arn,
            Subject=message.subject,
            MessageStructure="json",
            Message=message.body,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in message.attributes.items()
            },
        )
