"""The SNS topic for alerts, and its subscriptions."""

from collections.abc import Sequence

from aws_cdk import Names, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as cloudwatch_actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from platform_guard_cdk.shared.encryption import Encryption, alarm_principal


class Alerts(Construct):
    """An encrypted topic that functions and alarms publish to."""

    def __init__(
        self, scope: Construct, construct_id: str, *, encryption: Encryption, emails: Sequence[str]
    ) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(
            self,
            "Topic",
            display_name="ECR platform guard",
            master_key=encryption.key,
            enforce_ssl=True,
        )
        self.topic_arn = self.topic.topic_arn
        self._publish_statement = iam.PolicyStatement(
            actions=["sns:Publish"], resources=[self.topic_arn]
        )
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsMayPublish",
                principals=[alarm_principal(Stack.of(self))],
                actions=["sns:Publish"],
                resources=[self.topic_arn],
            )
        )
        self._action = cloudwatch_actions.SnsAction(self.topic)
        for email in emails:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def deliver_to(self, queue: sqs.Queue, dead_letters: sqs.Queue) -> None:
        """Subscribe a queue; undeliverable messages go to the dead-letter queue.

        For a queue with a customer key, the CDK's own subscription would allow SNS to use the key
        on behalf of every account.
        """
        added = queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("sns.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": self.topic_arn}},
            )
        )
        subscription = sns.Subscription(
            queue,
            # Keeps the logical id of the CDK's own subscription. With another id, CloudFormation
            # would get the existing subscription from SNS and then delete it.
            Names.node_unique_id(self.topic.node),
            topic=self.topic,
            protocol=sns.SubscriptionProtocol.SQS,
            endpoint=queue.queue_arn,
            raw_message_delivery=True,
            dead_letter_queue=dead_letters,
        )
        if added.policy_dependable is not None:
            subscription.node.add_dependency(added.policy_dependable)

    def permissions_to_publish(self) -> list[iam.PolicyStatement]:
        """Return the permission to publish. `Encryption` has those for the topic's key."""
        return [self._publish_statement]

    def notify_of_missing_data(self, alarm: cloudwatch.Alarm) -> None:
        """Publish to the topic when an alarm changes to INSUFFICIENT_DATA."""
        alarm.add_insufficient_data_action(self._action)

    def notify(self, alarm: cloudwatch.Alarm) -> None:
        """Publish to the topic when an alarm changes to ALARM."""
        alarm.add_alarm_action(self._action)
