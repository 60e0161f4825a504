"""The channel that a repository names by a resource tag of its own."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from platform_guard.alerts.alert import Alert
from platform_guard.alerts.slack.routing import CHANNEL_TAG
from platform_guard.aws.errors import is_transient
from platform_guard.registry.reference import parse_reference

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


def channel_tag(ecr: "ECRClient", alert: Alert) -> str:
    """Give the value of a repository's tag; empty where it has none or is not this account's.

    Raises ClientError where ECR cannot be asked for now.
    """
    image = parse_reference(alert.image)
    if image is None or image.repository.account != alert.account:
        return ""
    repository = image.repository
    if repository.region != alert.region:
        return ""
    try:
        tags = ecr.list_tags_for_resource(resourceArn=repository.arn)["tags"]
    except ClientError as error:
        if is_transient(error):
            raise
        return ""  # It is gone, or is not ours to look at. The rules decide.
    return next((tag["Value"] for tag in tags if tag["Key"] == CHANNEL_TAG), "")
