"""Reading CloudFormation stacks."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from platform_guard.aws.errors import error_code

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


def stack_outputs(client: "CloudFormationClient", stack: str) -> Mapping[str, str]:
    """Return the outputs of a stack by name; empty if the stack does not exist."""
    try:
        answer = client.describe_stacks(StackName=stack)
    except ClientError as error:
        # CloudFormation API, DescribeStacks: the error for a stack that does not exist.
        if error_code(error) == "ValidationError":
            return {}
        raise
    outputs = answer["Stacks"][0].get("Outputs", [])
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}
