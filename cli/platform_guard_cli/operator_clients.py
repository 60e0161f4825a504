"""Clients of the AWS services that only operators' commands call, never the functions."""

from functools import cached_property
from typing import TYPE_CHECKING, cast

from platform_guard.aws.clients import Clients

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_ssm import SSMClient


class OperatorClients(Clients):
    """Clients of the services around the guard, with the operator's credentials."""

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        """Amazon CloudWatch, for its alarms."""
        return cast("CloudWatchClient", self._client("cloudwatch"))

    @cached_property
    def events(self) -> "EventBridgeClient":
        """Amazon EventBridge."""
        return cast("EventBridgeClient", self._client("events"))

    @cached_property
    def ssm(self) -> "SSMClient":
        """AWS Systems Manager, for its parameters."""
        return cast("SSMClient", self._client("ssm"))
