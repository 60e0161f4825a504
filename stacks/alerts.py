"""Where alerts go."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as cloudwatch_actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class Alerts(Construct):
    """An encrypted topic that functions and alarms publish to, and who is subscribed to it."""

    def __init__(self, scope: Construct, construct_id: str, emails: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        # The key that AWS manages for SNS admits no alarms, so it takes one of our own.
        self._key = kms.Key(
            self,
            "Key",
            description="Encrypts the alerts of ecr-platform-guard",
            enable_key_rotation=True,
            # A topic stores nothing that would have to be decrypted later.
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.topic = sns.Topic(
            self,
            "Topic",
            display_name="ECR platform guard",
            master_key=self._key,
            enforce_ssl=True,
        )
        self._admit_alarms()
        for email in emails:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def permissions_to_publish(self) -> list[iam.PolicyStatement]:
        """Give what a function's role needs to publish to the encrypted topic."""
        return [
            iam.PolicyStatement(actions=["sns:Publish"], resources=[self.topic.topic_arn]),
            iam.PolicyStatement(
                actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[self._key.key_arn]
            ),
        ]

    def notify(self, alarm: cloudwatch.Alarm) -> None:
        """Publish to the topic when an alarm goes off."""
        alarm.add_alarm_action(cloudwatch_actions.SnsAction(self.topic))

    def _admit_alarms(self) -> None:
        """Let this account's alarms publish, and no one else's through CloudWatch.

        https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
        """
        stack = Stack.of(self)
        alarms = iam.ServicePrincipal(
            "cloudwatch.amazonaws.com",
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnLike": {
                    "aws:SourceArn": stack.format_arn(service="cloudwatch", resource="alarm:*")
                },
            },
        )
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsMayPublish",
                principals=[alarms],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
            )
        )
        self._key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsMayPublish",
                principals=[alarms],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
            )
        )
