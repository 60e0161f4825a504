"""Publishing alerts to an SNS topic."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_guard.alerts.alert import Alert
from platform_guard.alerts.render.sns_message import compose_message

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


@dataclass(frozen=True, slots=True)
class AlertTopic:
    """The topic that people and machines subscribe to."""

    client: "SNSClient"
    arn: str

    def publish(self, alert: Alert) -> None:
        """Send an alert once: to each kind of subscriber as that can make most of it."""
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
