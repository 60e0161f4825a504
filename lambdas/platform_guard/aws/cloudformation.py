"""What a stack says about itself."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from platform_guard.aws.errors import error_code

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


def stack_outputs(client: "CloudFormationClient", stack: str) -> Mapping[str, str]:
    """Give the outputs of a stack by their names; none where there is no such stack."""
    try:
        answer = client.describe_stacks(StackName=stack)
    except ClientError as error:
        # CloudFormation API, DescribeStacks: its only answer to a name that it does not know.
        if error_code(error) == "ValidationError":
            return {}
        raise
    outputs = answer["Stacks"][0].get("Outputs", [])
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}
