from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from platform_guard_emulator import LocalAws
from tests.support.state_table import TABLE, create_state_table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="module")
def emulator() -> Iterator[LocalAws]:
    with LocalAws() as local:
        yield local


@pytest.fixture
def client(emulator: LocalAws) -> Iterator["DynamoDBClient"]:
    client: DynamoDBClient = emulator.client("dynamodb")
    create_state_table(client)
    yield client
    client.delete_table(TableName=TABLE)
