"""Where alerts go."""

from collections.abc import Sequence

from aws_cdk import Names, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as cloudwatch_actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from platform_guard_cdk.shared.encryption import Encryption, alarms_of


class Alerts(Construct):
    """An encrypted topic that functions and alarms publish to, and who is subscribed to it."""

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
        self._to_publish = iam.PolicyStatement(actions=["sns:Publish"], resources=[self.topic_arn])
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsMayPublish",
                principals=[alarms_of(Stack.of(self))],
                actions=["sns:Publish"],
                resources=[self.topic_arn],
            )
        )
        self._action = cloudwatch_actions.SnsAction(self.topic)
        for email in emails:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def deliver_to(self, queue: sqs.Queue, dead_letters: sqs.Queue) -> None:
        """Put all that is published into a queue, and what it does not take into another.

        For a queue with a customer key the CDK's subscription would let SNS use the key in the name
        of every account.
        """
        admitted = queue.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("sns.amazonaws.com")],
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn],
                conditions={"ArnEquals": {"aws:SourceArn": self.topic_arn}},
            )
        )
        subscription = sns.Subscription(
            queue,
            # The logical id of the CDK's own subscription. Under another one, SNS would
            # return the existing subscription, and CloudFormation would then remove it.
            Names.node_unique_id(self.topic.node),
            topic=self.topic,
            protocol=sns.SubscriptionProtocol.SQS,
            endpoint=queue.queue_arn,
            raw_message_delivery=True,
            dead_letter_queue=dead_letters,
        )
        if admitted.policy_dependable is not None:
            subscription.node.add_dependency(admitted.policy_dependable)

    def permissions_to_publish(self) -> list[iam.PolicyStatement]:
        """Return the permissions to publish, except for the key of the topic."""
        return [self._to_publish]

    def notify_of_missing_data(self, alarm: cloudwatch.Alarm) -> None:
        """Publish to the topic when an alarm has no data any more."""
        alarm.add_insufficient_data_action(self._action)

    def notify(self, alarm: cloudwatch.Alarm) -> None:
        """Publish to the topic when an alarm goes off."""
        alarm.add_alarm_action(self._action)
