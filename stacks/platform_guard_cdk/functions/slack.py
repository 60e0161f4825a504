"""Slack by webhook: topic → router → FIFO queue, ordered per channel → notifier."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from platform_guard.alerts.settings import SlackChannel
from platform_guard_cdk.functions.function import GuardFunction
from platform_guard_cdk.functions.sqs_function import SqsFunction
from platform_guard_cdk.shared.alarms import alarm_above, watch_queue
from platform_guard_cdk.shared.durations import minutes
from platform_guard_cdk.shared.metrics import guard_metric
from platform_guard_cdk.shared.queues import fifo_dead_letter_queue, fifo_queue
from platform_guard_cdk.shared.resources import SharedResources

_NOTIFIER = "slack_notifier"
_TIMEOUT_SECONDS = 60

_MAX_WAIT_MINUTES = 30
"""A longer Slack outage raises an alarm, which arrives by email."""

_MAX_RECEIVE_COUNT = 1000
"""The maximum that SQS allows: at ten minutes per attempt, an outage may last for days."""


class SlackNotifications(Construct):
    """Posts alerts to Slack channels.

    The stack only names the secrets. The operator creates them, so no value gets into a template,
    and deleting the stack deletes none.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: SharedResources,
        channels: Sequence[SlackChannel],
    ) -> None:
        super().__init__(scope, construct_id)
        dead_letters = fifo_dead_letter_queue(self, "DeadLetters", shared.encryption)
        queue = fifo_queue(
            self,
            "Queue",
            encryption=shared.encryption,
            dead_letters=dead_letters,
            timeout_seconds=_TIMEOUT_SECONDS,
            max_receive_count=_MAX_RECEIVE_COUNT,
        )
        self._route(shared, queue)
        self._post(shared, queue, dead_letters, channels)
        watch_queue(self, shared.alerts, queue, dead_letters, _NOTIFIER, _MAX_WAIT_MINUTES)
        alarm_above(
            self,
            "RefusedAlarm",
            shared.alerts,
            metric=guard_metric(_NOTIFIER, "slack_refused", minutes(5)),
            description=(
                "Slack rejects messages of the ECR platform guard. They wait in the dead-letter "
                f"queue {dead_letters.queue_name}, with Slack's reason in the message attribute "
                "reason. Fix the webhook, then redrive them."
            ),
        )

    def _route(self, shared: SharedResources, queue: sqs.Queue) -> None:
        repositories = Stack.of(self).format_arn(
            service="ecr", resource="repository", resource_name="*"
        )
        router = SqsFunction(
            self,
            "Router",
            shared=shared,
            module="slack_router",
            description="Routes alerts to Slack channels",
            event_patterns={},
            delay_seconds=0,
            publishes=False,
            permissions=[
                iam.PolicyStatement(actions=["ecr:ListTagsForResource"], resources=[repositories]),
                iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[queue.queue_arn]),
            ],
        )
        router.function.add_environment("GUARD_SLACK_QUEUE_URL", queue.queue_url)
        shared.alerts.deliver_to(router.queue, router.dead_letters)

    def _post(
        self,
        shared: SharedResources,
        queue: sqs.Queue,
        dead_letters: sqs.Queue,
        channels: Sequence[SlackChannel],
    ) -> None:
        deploy = shared.settings.deploy
        notifier = GuardFunction(
            self,
            "Notifier",
            shared=shared,
            module=_NOTIFIER,
            description="Posts alerts to Slack, in order, one per second and channel",
            timeout_seconds=_TIMEOUT_SECONDS,
            reserved_concurrency=deploy.max_concurrency if deploy.reserve_concurrency else None,
            publishes=False,
            permissions=[
                iam.PolicyStatement(
                    actions=["secretsmanager:GetSecretValue"],
                    resources=[self._secret_arn(channel.secret) for channel in channels],
                ),
                iam.PolicyStatement(
                    actions=[
                        "sqs:ChangeMessageVisibility",
                        "sqs:DeleteMessage",
                        "sqs:GetQueueAttributes",
                        "sqs:ReceiveMessage",
                    ],
                    resources=[queue.queue_arn],
                ),
                iam.PolicyStatement(
                    actions=["sqs:SendMessage"], resources=[dead_letters.queue_arn]
                ),
            ],
        )
        notifier.check_policy_size(
            "the secrets of the [[slack.channel]] tables", "use fewer channels"
        )
        notifier.function.add_environment("GUARD_SLACK_QUEUE_URL", queue.queue_url)
        notifier.function.add_environment("GUARD_SLACK_DEAD_LETTERS_URL", dead_letters.queue_url)
        notifier.function.add_event_source_mapping(
            "Messages",
            event_source_arn=queue.queue_arn,
            # In a larger batch, one failed message would delay all that follow it.
            batch_size=1,
            max_concurrency=deploy.max_concurrency,
            report_batch_item_failures=True,
        )

    def _secret_arn(self, name: str) -> str:
        # Secrets Manager appends a hyphen and six random characters to the name.
        return Stack.of(self).format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{name}-??????",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
