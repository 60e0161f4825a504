"""The alert dispatcher, and how other functions send alerts to it."""

from aws_cdk import aws_iam as iam
from constructs import Construct

from platform_guard_cdk.functions.sqs_function import SqsFunction
from platform_guard_cdk.shared.resources import SharedResources

_QUEUE_URL = "GUARD_DISPATCH_QUEUE_URL"


class AlertDispatch(SqsFunction):
    """Publishes each window of alerts as one message.

    Senders delay each message by the window's length, so the queue has no delay of its own.
    A window that becomes part of an overview goes through the function's own queue once more.
    """

    def __init__(self, scope: Construct, construct_id: str, *, shared: SharedResources) -> None:
        super().__init__(
            scope,
            construct_id,
            shared=shared,
            module="alert_dispatch",
            description="Groups alerts about images and publishes each group as one message",
            event_patterns={},
            delay_seconds=0,
            permissions=[],
            # Each window enters an overview once. In a long storm, though, every batch may contain
            # an overview and a window for the next one, which looks like a loop to Lambda.
            sends_to_itself=True,
        )
        self.accept_alerts_from(self)

    def accept_alerts_from(self, part: SqsFunction) -> None:
        """Let the function of `part` send alerts to this queue."""
        part.function.add_environment(_QUEUE_URL, self.queue.queue_url)
        part.add_to_role_policy(
            iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self.queue.queue_arn])
        )
