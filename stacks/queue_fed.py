"""A function that EventBridge feeds through a queue, so that no event is lost."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.alarms import watch_queue, watch_rules
from stacks.foundation import Foundation
from stacks.functions import GuardFunction
from stacks.queues import dead_letter_queue, queue_before

_TIMEOUT = Duration.seconds(90)

_BATCH_SIZE = 10


class QueueFedFunction(Construct):
    """Rules, their queue, the function, the dead letters of all, and alarms on each."""

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

        `event_patterns` are by the id of their rule. Without any, whoever builds this puts
        messages into `queue`.
        """
        super().__init__(scope, construct_id)
        deploy = foundation.settings.deploy
        self.module = module
        self.dead_letters = dead_letter_queue(self, "DeadLetters", foundation.encryption)
        self.queue = queue_before(
            self,
            "Queue",
            encryption=foundation.encryption,
            dead_letters=self.dead_letters,
            timeout=_TIMEOUT,
            delay=delay,
        )
        self.rules = [
            events.Rule(
                self,
                rule_id,
                description=description,
                event_pattern=event_pattern,
                # The target also takes the events that EventBridge cannot put into the queue.
                targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters)],
            )
            for rule_id, event_pattern in event_patterns.items()
        ]
        self._handler = handler = GuardFunction(
            self,
            "Function",
            foundation=foundation,
            module=module,
            description=description,
            timeout=_TIMEOUT,
            permissions=[*permissions, _permission_to_consume(self.queue)],
            reserved_concurrency=deploy.max_concurrency if deploy.reserve_concurrency else None,
        )
        self.function = handler.function
        self.log_group = handler.log_group
        self.function.add_event_source_mapping(
            "Events",
            event_source_arn=self.queue.queue_arn,
            batch_size=_BATCH_SIZE,
            max_concurrency=deploy.max_concurrency,
            report_batch_item_failures=True,
        )
        watch_queue(self, foundation.alerts, self.queue, self.dead_letters, module)
        if self.rules:
            watch_rules(self, foundation.alerts, self.rules, module)

    def permit(self, statement: iam.PolicyStatement) -> None:
        """Let the function do something more."""
        self._handler.permit(statement)


def _permission_to_consume(queue: sqs.Queue) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        resources=[queue.queue_arn],
    )
