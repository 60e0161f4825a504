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
from stacks.queues import DEAD_LETTER_DAYS, dead_letter_queue, queue_before

_TIMEOUT = Duration.seconds(90)

_BATCH_SIZE = 10


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
        deploy = foundation.settings.deploy
        dead_letters = dead_letter_queue(self, "DeadLetters", foundation.encryption)
        queue = queue_before(
            self,
            "Queue",
            encryption=foundation.encryption,
            dead_letters=dead_letters,
            timeout=_TIMEOUT,
            delay=delay,
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
            timeout=_TIMEOUT,
            permissions=[*permissions, _permission_to_consume(queue)],
            reserved_concurrency=deploy.max_concurrency if deploy.reserve_concurrency else None,
        )
        handler.function.add_event_source_mapping(
            "Events",
            event_source_arn=queue.queue_arn,
            batch_size=_BATCH_SIZE,
            max_concurrency=deploy.max_concurrency,
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
            f"{dead_letters.queue_name} for {DEAD_LETTER_DAYS} days: read the log of {module}, "
            "then redrive them."
        ),
        metric=dead_letters.metric_approximate_number_of_messages_visible(
            period=Duration.minutes(1), statistic=cloudwatch.Stats.MAXIMUM
        ),
        threshold=0,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluation_periods=1,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
    )
