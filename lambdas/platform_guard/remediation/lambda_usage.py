"""Finds the images of all AWS Lambda functions with package type Image."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from platform_guard.aws.errors import error_code
from platform_guard.aws.lookup import Deadline
from platform_guard.remediation.protection import Use

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@dataclass(frozen=True, slots=True)
class LambdaUses:
    """The functions of one account in one region."""

    client: "LambdaClient"
    deadline: Deadline

    def find(self) -> tuple[Use, ...]:
        """Return the uses of all functions and published versions.

        Raises botocore errors and LookupFailedError.
        """
        uses: list[Use] = []
        for page in self.client.get_paginator("list_functions").paginate(FunctionVersion="ALL"):
            self.deadline.check()
            for function in page["Functions"]:
                if function.get("PackageType") == "Image":
                    uses.extend(self._uses_of(function["FunctionArn"]))
        return tuple(uses)

    def _uses_of(self, function_arn: str) -> tuple[Use, ...]:
        self.deadline.check()
        try:
            code = self.client.get_function(FunctionName=function_arn)["Code"]
        except ClientError as error:
            if error_code(error) == "ResourceNotFoundException":
                return ()  # deleted since it was listed
            raise
        user = f"the function {function_arn.partition(':function:')[2]}"
        resolved = code.get("ResolvedImageUri", "")
        return (Use(user, code.get("ImageUri", ""), resolved.partition("@")[2]),)
