"""Clients of AWS services, each made when it is first used."""

from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

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
        self._session = boto3.session.Session(region_name=region)

    @cached_property
    def ecr(self) -> "ECRClient":
        """Amazon ECR."""
        return self._session.client("ecr", config=_CONFIG)

    @cached_property
    def sns(self) -> "SNSClient":
        """Amazon SNS."""
        return self._session.client("sns", config=_CONFIG)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """Amazon DynamoDB."""
        return self._session.client("dynamodb", config=_CONFIG)
