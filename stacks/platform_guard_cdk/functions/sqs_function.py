"""A function with an SQS queue between EventBridge and itself, so that no event is lost."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from platform_guard_cdk.functions.function import GuardFunction
from platform_guard_cdk.shared.alarms import watch_queue, watch_rules
from platform_guard_cdk.shared.queues import dead_letter_queue, event_queue
from platform_guard_cdk.shared.resources import SharedResources

_TIMEOUT_SECONDS = 90

_BATCH_SIZE = 10

_MAX_WAIT_MINUTES = 30


class SqsFunction(Construct):
    """EventBridge rules, their queue and dead-letter queue, the function, and alarms on each."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: SharedResources,
        module: str,
        description: str,
        event_patterns: Mapping[str, events.EventPattern],
        delay_seconds: int,
        permissions: Sequence[iam.PolicyStatement],
        timeout_seconds: int = _TIMEOUT_SECONDS,
        batch_size: int = _BATCH_SIZE,
        max_concurrency: int | None = None,
        max_wait_minutes: int = _MAX_WAIT_MINUTES,
        schedule: events.Schedule | None = None,
        publishes: bool = True,
        sends_to_itself: bool = False,
    ) -> None:
        """Create `lambdas/<module>.py` as a function that handles the matching events.

        `event_patterns`: by construct id of their rule; `schedule` becomes a rule too. Without any
        rule, senders use `queue` directly.
        `delay_seconds`: how long the queue holds each message back.
        `max_concurrency`: an upper bound below that of `[deploy] max_concurrency`; None adds none.
        `max_wait_minutes`: the age of the oldest message that raises an alarm.
        `publishes`, `sends_to_itself`: see `GuardFunction`.
        """
        super().__init__(scope, construct_id)
        deploy = shared.settings.deploy
        copies = min(max_concurrency or deploy.max_concurrency, deploy.max_concurrency)
        self.module = module
        self.dead_letters = dead_letter_queue(self, "DeadLetters", shared.encryption)
        self.queue = event_queue(
            self,
            "Queue",
            encryption=shared.encryption,
            dead_letters=self.dead_letters,
            timeout_seconds=timeout_seconds,
            delay_seconds=delay_seconds,
        )
        self.rules = [
            events.Rule(self, rule_id, description=description, event_pattern=pattern)
            for rule_id, pattern in event_patterns.items()
        ]
        if schedule is not None:
            self.rules.append(
                events.Rule(self, "Schedule", description=description, schedule=schedule)
            )
        self._deliver_events()
        self._handler = handler = GuardFunction(
            self,
            "Function",
            shared=shared,
            module=module,
            description=description,
            timeout_seconds=timeout_seconds,
            permissions=[*permissions, _consume_permissions(self.queue)],
            reserved_concurrency=copies if deploy.reserve_concurrency else None,
            publishes=publishes,
            sends_to_itself=sends_to_itself,
        )
        self.function = handler.function
        self.log_group = handler.log_group
        self.function.add_event_source_mapping(
            "Events",
            event_source_arn=self.queue.queue_arn,
            batch_size=batch_size,
            max_concurrency=copies,
            report_batch_item_failures=True,
        )
        watch_queue(self, shared.alerts, self.queue, self.dead_letters, module, max_wait_minutes)
        if self.rules:
            watch_rules(self, shared.alerts, self.rules, module)

    def _deliver_events(self) -> None:
        """Send the rules' events to the queue, and undeliverable ones to the dead-letter queue.

        For a queue with a customer key, the CDK's target would allow every rule of every account.
        It therefore gets an imported queue, and the queue policy allows each rule here.
        """
        if not self.rules:
            return
        queue_arn = self.queue.queue_arn
        target = targets.SqsQueue(
            sqs.Queue.from_queue_arn(self, "QueueByArn", queue_arn),
            dead_letter_queue=self.dead_letters,
        )
        eventbridge = iam.ServicePrincipal("events.amazonaws.com")
        for rule in self.rules:
            rule.add_target(target)
            self.queue.add_to_resource_policy(
                iam.PolicyStatement(
                    principals=[eventbridge],
                    actions=["sqs:SendMessage"],
                    resources=[queue_arn],
                    conditions={"ArnEquals": {"aws:SourceArn": rule.rule_arn}},
                )
            )

    def add_to_role_policy(self, statement: iam.PolicyStatement) -> None:
        """Add a statement to the role's inline policy."""
        self._handler.add_to_role_policy(statement)

    def check_policy_size(self, settings: str, advice: str) -> None:
        """Raise SettingsError if the role's policy exceeds IAM's size limit."""
        self._handler.check_policy_size(settings, advice)


def _consume_permissions(queue: sqs.Queue) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        resources=[queue.queue_arn],
    )
