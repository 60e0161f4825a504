"""AWS service clients, created on first use.

They are botocore clients, which boto3 uses as well. boto3 would add unused resources and S3
transfers, and a tenth of the cold start: see benchmarks/bench_import.py.
"""

import os
from functools import cached_property
from typing import TYPE_CHECKING, cast

from botocore.config import Config
from botocore.session import Session

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

# Ends well before the function timeout; the queue retries what still fails.
_STANDARD = Config(
    connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 4}
)

# For scans of all workloads in an account: slows down when throttled.
_ADAPTIVE = Config(
    connect_timeout=3, read_timeout=10, retries={"mode": "adaptive", "total_max_attempts": 4}
)

# For evidence that an alert can omit.
_FAST_FAIL = Config(
    connect_timeout=2, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2}
)

BULK = Config(
    connect_timeout=5,
    read_timeout=30,
    # Slows down when throttled, so that other callers in the account keep their quota.
    retries={"mode": "adaptive", "total_max_attempts": 12},
    max_pool_connections=32,
)
"""For many calls from several threads that are not urgent."""


class Clients:
    """AWS clients with the credentials and Region of the environment."""

    def __init__(
        self,
        region: str | None = None,
        *,
        session: Session | None = None,
        config: Config = _STANDARD,
    ) -> None:
        self._session = session or _environment_session()
        self._region = region
        self._config = config
        self._fast_fail: dict[str, Clients] = {}

    @property
    def region(self) -> str | None:
        """The Region; None if neither the environment nor the AWS configuration sets one."""
        region = self._region or self._session.get_config_variable("region")
        return region if isinstance(region, str) else None

    def has_credentials(self) -> bool:
        """Return whether credentials are configured, valid or not."""
        return self._session.get_credentials() is not None

    def fast_fail(self, region: str) -> "Clients":
        """Return the clients of a Region with short timeouts and one retry."""
        if region not in self._fast_fail:
            self._fast_fail[region] = Clients(region, session=self._session, config=_FAST_FAIL)
        return self._fast_fail[region]

    @cached_property
    def adaptive(self) -> "Clients":
        """Clients for many consecutive calls, with adaptive retries."""
        return Clients(self._region, session=self._session, config=_ADAPTIVE)

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """AWS CloudFormation."""
        return cast("CloudFormationClient", self._client("cloudformation"))

    @cached_property
    def ecr(self) -> "ECRClient":
        """Amazon ECR."""
        return cast("ECRClient", self._client("ecr"))

    @cached_property
    def ecs(self) -> "ECSClient":
        """Amazon ECS."""
        return cast("ECSClient", self._client("ecs"))

    @cached_property
    def lambda_(self) -> "LambdaClient":
        """AWS Lambda."""
        return cast("LambdaClient", self._client("lambda"))

    @cached_property
    def scheduler(self) -> "EventBridgeSchedulerClient":
        """Amazon EventBridge Scheduler."""
        return cast("EventBridgeSchedulerClient", self._client("scheduler"))

    @cached_property
    def ec2(self) -> "EC2Client":
        """Amazon EC2, for the VPC configuration."""
        return cast("EC2Client", self._client("ec2"))

    @cached_property
    def sns(self) -> "SNSClient":
        """Amazon SNS."""
        return cast("SNSClient", self._client("sns"))

    @cached_property
    def secrets(self) -> "SecretsManagerClient":
        """AWS Secrets Manager."""
        return cast("SecretsManagerClient", self._client("secretsmanager"))

    @cached_property
    def sqs(self) -> "SQSClient":
        """Amazon SQS."""
        return cast("SQSClient", self._client("sqs"))

    @cached_property
    def sts(self) -> "STSClient":
        """AWS STS, for the caller identity."""
        return cast("STSClient", self._client("sts"))

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """Amazon DynamoDB."""
        return cast("DynamoDBClient", self._client("dynamodb"))

    def _client(self, service: str) -> object:
        return self._session.create_client(service, region_name=self._region, config=self._config)


def _environment_session() -> Session:
    session = Session()
    # botocore ignores AWS_REGION; the CDK and the other SDKs prefer it.
    region = os.environ.get("AWS_REGION")
    if region:
        session.set_config_variable("region", region)
    return session
