"""Lookup of the `slack-channel` resource tag of a repository."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from platform_guard.alerts.alert import Alert
from platform_guard.alerts.slack.routing import CHANNEL_TAG
from platform_guard.aws.errors import is_transient
from platform_guard.registry.reference import parse_reference

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


def channel_tag(ecr: "ECRClient", alert: Alert) -> str:
    """Return the value of the tag; empty if it is missing or the repository is in another account.

    Raise ClientError on a transient failure.
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
        return ""  # Deleted or access denied: the channel rules apply.
    return next((tag["Value"] for tag in tags if tag["Key"] == CHANNEL_TAG), "")
