"""What is read into the answers of ECR about one image."""

import boto3
from botocore.stub import Stubber

from platform_guard.registry.repository import EcrImages
from tests.support.observations import DIGEST, REPOSITORY


def test_an_image_that_ecr_has_nothing_to_say_about_is_gone() -> None:
    client = boto3.client(
        "ecr", REPOSITORY.region, aws_access_key_id="nobody", aws_secret_access_key="nothing"
    )
    with Stubber(client) as answers:
        answers.add_response("describe_images", {"imageDetails": []})

        assert EcrImages(client, REPOSITORY).describe(DIGEST) is None
