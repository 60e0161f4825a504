"""Idempotency for events that are delivered more than once."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# EventBridge and SQS redeliver within minutes; a dead-letter queue redrive may take days.
_REMEMBERED_SECONDS = 14 * 24 * 3600


class InProgressError(Exception):
    """Another process is running the same action."""


class Idempotency:
    """Records completed actions in a table for `seconds`."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        scope: str,
        seconds: int = _REMEMBERED_SECONDS,
    ) -> None:
        self._seconds = seconds
        self._store = DynamoDBPersistenceLayer(table_name=table, boto3_client=client)
        self._scope = scope

    def run(self, key: str, action: Callable[[], None], context: LambdaContext) -> None:
        """Run an action unless it has already completed for this key.

        An action that raises is not recorded. Raise InProgressError while another process runs it,
        so that the event is redelivered.
        """
        config = IdempotencyConfig(expires_after_seconds=self._seconds)
        config.register_lambda_context(context)

        def run_action(*, key: str) -> None:  # noqa: ARG001 (the idempotency key)
            action()

        run_once = idempotent_function(
            run_action,
            data_keyword_argument="key",
            persistence_store=self._store,
            config=config,
            key_prefix=self._scope,
        )
        try:
            run_once(key=key)
        except IdempotencyAlreadyInProgressError as error:
            raise InProgressError("another process is running this action") from error
