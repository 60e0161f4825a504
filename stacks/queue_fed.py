"""A function that EventBridge feeds through a queue, so that no event is lost."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.foundation import Foundation
from stacks.functions import GuardFunction

_TIMEOUT_SECONDS = 90

# Lambda's advice, so that a batch is not received again while it is still being handled:
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
_VISIBILITY_TIMEOUT_SECONDS = 6 * _TIMEOUT_SECONDS

_RECEIVES_BEFORE_DEAD_LETTER = 4

_BATCH_SIZE = 10

# A storm of events must not take the account's concurrency from everybody else.
_MAX_CONCURRENCY = 10


class QueueFedFunction(Construct):
    """Rules, their queue, the function, and the dead letters of all with an alarm on them."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        foundation: Foundation,
        module: str,
        description: str,
        event_patterns: Mapping[str, events.EventPattern],
        delay: Duration,
        permissions: Sequence[iam.PolicyStatement],
    ) -> None:
        """Feed `lambdas/<module>.py` with what matches, each event held back for `delay`.

        `event_patterns` are by the id of their rule.
        """
        super().__init__(scope, construct_id)
        dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            delivery_delay=delay,
            visibility_timeout=Duration.seconds(_VISIBILITY_TIMEOUT_SECONDS),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=dead_letters, max_receive_count=_RECEIVES_BEFORE_DEAD_LETTER
            ),
        )
        for rule_id, event_pattern in event_patterns.items():
            events.Rule(
                self,
                rule_id,
                description=description,
                event_pattern=event_pattern,
                # The target also takes the events that EventBridge cannot put into the queue.
                targets=[targets.SqsQueue(queue, dead_letter_queue=dead_letters)],
            )
        handler = GuardFunction(
            self,
            "Function",
            foundation=foundation,
            module=module,
            description=description,
            timeout=Duration.seconds(_TIMEOUT_SECONDS),
            permissions=[*permissions, _permission_to_consume(queue)],
        )
        handler.function.add_event_source_mapping(
            "Events",
            event_source_arn=queue.queue_arn,
            batch_size=_BATCH_SIZE,
            max_concurrency=_MAX_CONCURRENCY,
            report_batch_item_failures=True,
        )
        foundation.alerts.notify(_alarm(self, dead_letters, module))


def _permission_to_consume(queue: sqs.Queue) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        resources=[queue.queue_arn],
    )


def _alarm(scope: Construct, dead_letters: sqs.Queue, module: str) -> cloudwatch.Alarm:
    return cloudwatch.Alarm(
        scope,
        "Alarm",
        alarm_description=(
            f"The ECR platform guard could not handle events. They wait in the dead-letter queue "
            f"{dead_letters.queue_name} for 14 days: read the log of {module}, then redrive them."
        ),
        metric=dead_letters.metric_approximate_number_of_messages_visible(
            period=Duration.minutes(1), statistic=cloudwatch.Stats.MAXIMUM
        ),
        threshold=0,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluation_periods=1,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )
