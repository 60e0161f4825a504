"""Doing a thing once, however often its event is delivered."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# EventBridge and SQS deliver again within minutes; a redrive of dead letters may take days.
_REMEMBERED_SECONDS = 14 * 24 * 3600


class Once:
    """Remembers in a table what has been done."""

    def __init__(self, client: "DynamoDBClient", table: str, scope: str) -> None:
        self._store = DynamoDBPersistenceLayer(table_name=table, boto3_client=client)
        self._scope = scope

    def run(self, key: str, action: Callable[[], None], context: LambdaContext) -> None:
        """Run an action unless it has been run for this key.

        An action that raises is not remembered. While another process runs it, this raises, so that
        the event comes back later.
        """
        config = IdempotencyConfig(expires_after_seconds=_REMEMBERED_SECONDS)
        config.register_lambda_context(context)

        def run_action(*, key: str) -> None:  # noqa: ARG001 (what it is remembered by)
            action()

        idempotent_function(
            run_action,
            data_keyword_argument="key",
            persistence_store=self._store,
            config=config,
            key_prefix=self._scope,
        )(key=key)
