"""Responses of DescribeImages for one image."""

import boto3
from botocore.stub import Stubber

from platform_guard.registry.repository import EcrImages
from tests.support.observations import DIGEST, REPOSITORY


def test_describe_returns_none_for_an_empty_response() -> None:
    client = boto3.client(
        "ecr", REPOSITORY.region, aws_access_key_id="test", aws_secret_access_key="test"
    )
    with Stubber(client) as answers:
        answers.add_response("describe_images", {"imageDetails": []})

        assert EcrImages(client, REPOSITORY).describe(DIGEST) is None
