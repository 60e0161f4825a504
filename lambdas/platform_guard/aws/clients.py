"""Clients of AWS services, each made when it is first used.

They come from botocore, which boto3's clients are as well. boto3 adds resources and S3 transfers,
which nothing here uses, and a tenth of a cold start: see benchmarks/bench_import.py.
"""

from functools import cached_property
from typing import TYPE_CHECKING, cast

from botocore.config import Config
from botocore.session import Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_sns import SNSClient

# Well within the time that a function has; what still fails is retried through its queue.
_CONFIG = Config(
    connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4}
)


class Clients:
    """The services that the guard talks to, with the credentials and region of the environment."""

    def __init__(self, region: str | None = None) -> None:
        self._session = Session()
        self._region = region

    @cached_property
    def ecr(self) -> "ECRClient":
        """Amazon ECR."""
        return cast("ECRClient", self._client("ecr"))

    @cached_property
    def sns(self) -> "SNSClient":
        """Amazon SNS."""
        return cast("SNSClient", self._client("sns"))

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """Amazon DynamoDB."""
        return cast("DynamoDBClient", self._client("dynamodb"))

    def _client(self, service: str) -> object:
        return self._session.create_client(service, region_name=self._region, config=_CONFIG)
