"""Tag lookups with an unknown image status."""

import boto3
import pytest
from botocore.stub import Stubber

from platform_guard.aws.errors import LookupFailedError
from platform_guard.diagnosis.evidence.tag import look_up_tag
from platform_guard.registry.reference import Reference
from tests.support.stops import SHOP_API


def test_an_unknown_image_status_is_a_failed_lookup() -> None:
    ecr = boto3.client(
        "ecr", "eu-central-1", aws_access_key_id="none", aws_secret_access_key="none"
    )
    with Stubber(ecr) as answers:
        detail = {"imageDigest": f"sha256:{'0' * 64}", "imageStatus": "THAWING"}
        answers.add_response("describe_images", {"imageDetails": [detail]})

        with pytest.raises(LookupFailedError, match="the status THAWING, which is not known here"):
            look_up_tag(ecr, Reference(SHOP_API, "1.4.2"))
