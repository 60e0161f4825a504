"""What ECR says of a tag, in words that nobody knew of."""

import boto3
import pytest
from botocore.stub import Stubber

from platform_guard.aws.errors import LookupFailedError
from platform_guard.diagnosis.evidence.tag import look_up_tag
from platform_guard.registry.reference import Reference
from tests.support.stops import SHOP_API


def test_a_status_that_is_new_is_said_and_not_guessed_at() -> None:
    ecr = boto3.client(
        "ecr", "eu-central-1", aws_access_key_id="none", aws_secret_access_key="none"
    )
    with Stubber(ecr) as answers:
        detail = {"imageDigest": f"sha256:{'0' * 64}", "imageStatus": "THAWING"}
        answers.add_response("describe_images", {"imageDetails": [detail]})

        with pytest.raises(LookupFailedError, match="the status THAWING, which is not known here"):
            look_up_tag(ecr, Reference(SHOP_API, "1.4.2"))
