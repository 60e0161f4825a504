"""What publishes the alerts that were collected, and how others hand theirs over."""

from aws_cdk import aws_iam as iam
from constructs import Construct

from platform_guard_cdk.functions.sqs_function import SqsFunction
from platform_guard_cdk.shared.resources import SharedResources

_QUEUE_URL = "GUARD_DISPATCH_QUEUE_URL"


class AlertDispatch(SqsFunction):
    """Publishes each window of alerts as one message; the messages are delayed, the queue is not.

    It also puts windows into its own queue: those that come as an overview.
    """

    def __init__(self, scope: Construct, construct_id: str, *, shared: SharedResources) -> None:
        super().__init__(
            scope,
            construct_id,
            shared=shared,
            module="alert_dispatch",
            description="Publishes alerts about images, those of a moment in one message",
            event_patterns={},
            delay_seconds=0,
            permissions=[],
            # A window is put into the overview once. But in a long storm each batch may hold an
            # overview and a window for the next one, which is one chain to Lambda.
            sends_to_itself=True,
        )
        self.take_alerts_from(self)

    def take_alerts_from(self, part: SqsFunction) -> None:
        """Let a function have windows of alerts published."""
        part.function.add_environment(_QUEUE_URL, self.queue.queue_url)
        part.permit(
            iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self.queue.queue_arn])
        )
