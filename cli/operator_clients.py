"""Clients of the AWS services that operators' commands look at, and functions never do."""

from functools import cached_property
from typing import TYPE_CHECKING, cast

from platform_guard.aws.clients import Clients

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts import STSClient


class OperatorClients(Clients):
    """The services around the guard, with the credentials of whoever runs a command."""

    @property
    def default_region(self) -> str | None:
        """The region that environment and configuration name, if they do."""
        region = self._session.get_config_variable("region")
        return region if isinstance(region, str) else None

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """AWS CloudFormation."""
        return cast("CloudFormationClient", self._client("cloudformation"))

    @cached_property
    def events(self) -> "EventBridgeClient":
        """Amazon EventBridge."""
        return cast("EventBridgeClient", self._client("events"))

    @cached_property
    def functions(self) -> "LambdaClient":
        """AWS Lambda."""
        return cast("LambdaClient", self._client("lambda"))

    @cached_property
    def secrets(self) -> "SecretsManagerClient":
        """AWS Secrets Manager."""
        return cast("SecretsManagerClient", self._client("secretsmanager"))

    @cached_property
    def sqs(self) -> "SQSClient":
        """Amazon SQS."""
        return cast("SQSClient", self._client("sqs"))

    @cached_property
    def ssm(self) -> "SSMClient":
        """AWS Systems Manager, for its parameters."""
        return cast("SSMClient", self._client("ssm"))

    @cached_property
    def sts(self) -> "STSClient":
        """AWS STS."""
        return cast("STSClient", self._client("sts"))
