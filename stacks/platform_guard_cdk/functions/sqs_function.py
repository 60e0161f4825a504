"""A function that EventBridge feeds through a queue, so that no event is lost."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from platform_guard_cdk.functions.function import GuardFunction
from platform_guard_cdk.shared.alarms import watch_queue, watch_rules
from platform_guard_cdk.shared.queues import dead_letter_queue, queue_before
from platform_guard_cdk.shared.resources import SharedResources

_TIMEOUT_SECONDS = 90

_BATCH_SIZE = 10

_LONGEST_WAIT_MINUTES = 30


class SqsFunction(Construct):
    """Rules, their queue, the function, the dead letters of all, and alarms on each."""

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
        longest_wait_minutes: int = _LONGEST_WAIT_MINUTES,
        schedule: events.Schedule | None = None,
        publishes: bool = True,
        sends_to_itself: bool = False,
    ) -> None:
        """Feed `lambdas/<module>.py` with what matches, each event held back first.

        `event_patterns` are by the id of their rule; a schedule is a rule as well. Without any,
        the caller puts messages into `queue`. `max_concurrency`: how many copies run at
        once where the settings admit as many; None: as many as they admit. Messages that wait for
        longer than `longest_wait_minutes` raise an alarm.
        """
        super().__init__(scope, construct_id)
        deploy = shared.settings.deploy
        copies = min(max_concurrency or deploy.max_concurrency, deploy.max_concurrency)
        self.module = module
        self.dead_letters = dead_letter_queue(self, "DeadLetters", shared.encryption)
        self.queue = queue_before(
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
            permissions=[*permissions, _permission_to_consume(self.queue)],
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
        watch_queue(
            self, shared.alerts, self.queue, self.dead_letters, module, longest_wait_minutes
        )
        if self.rules:
            watch_rules(self, shared.alerts, self.rules, module)

    def _deliver_events(self) -> None:
        """Lead the rules to the queue, and those events that it does not take to the dead letters.

        For a queue with a customer key the CDK's target would admit every rule of every account.
        So it sees the queue by its ARN alone, and the queue admits each rule here.
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

    def permit(self, statement: iam.PolicyStatement) -> None:
        """Let the function do something more."""
        self._handler.permit(statement)

    def check_policy_size(self, because: str, instead: str) -> None:
        """Raise SettingsError where the function may do more than a role can say."""
        self._handler.check_policy_size(because, instead)


def _permission_to_consume(queue: sqs.Queue) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        resources=[queue.queue_arn],
    )
