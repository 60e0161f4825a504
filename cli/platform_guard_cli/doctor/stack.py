"""Reads the CloudFormation stack of the deployed guard."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from platform_guard.aws.errors import AWS_ERRORS, reason_of
from platform_guard_cdk.naming import STACK_NAME
from platform_guard_cli.errors import UsageError
from platform_guard_cli.operator_clients import OperatorClients


@dataclass(frozen=True, slots=True)
class DeployedStack:
    """The CloudFormation stack of a guard."""

    name: str
    arn: str
    status: str
    """Such as `UPDATE_COMPLETE`."""
    template: Mapping[str, Any]
    """The deployed template. References are not resolved."""
    physical_ids: Mapping[str, str]
    """The physical IDs by logical ID."""

    @property
    def region(self) -> str:
        """The region of the stack, from its ARN."""
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        """The account of the stack, from its ARN."""
        return self.arn.split(":")[4]

    def resources(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """Return the properties of the existing resources of a type, by logical ID."""
        return {
            logical_id: resource.get("Properties", {})
            for logical_id, resource in self.template["Resources"].items()
            if resource["Type"] == kind and logical_id in self.physical_ids
        }

    def names(self, kind: str) -> list[str]:
        """Return the physical IDs of the resources of a type."""
        return [self.physical_ids[logical_id] for logical_id in self.resources(kind)]

    def only(self, kind: str) -> str:
        """Return the physical ID of the only resource of a type.

        Raises UsageError unless the stack has exactly one.
        """
        names = self.names(kind)
        if len(names) != 1:
            raise UsageError(
                f"Stack {self.name} has {len(names)} resources of type {kind}, not one. "
                "Name the stack of the guard with --stack."
            )
        return names[0]

    def queue_arn(self, url: str) -> str:
        """Return the ARN of a queue of the stack from its URL."""
        partition = self.arn.split(":")[1]
        return f"arn:{partition}:sqs:{self.region}:{self.account}:{resource_name(url)}"

    def function(self, module: str) -> str:
        """Return the name of the function that runs a module, such as `push_guard`.

        Raises UsageError if the stack has none.
        """
        for logical_id, function in self.resources("AWS::Lambda::Function").items():
            if function.get("Handler") == f"{module}.handler":
                return self.physical_ids[logical_id]
        raise UsageError(f"Stack {self.name} has no function {module}. Run make deploy.")


def find_stack(
    clients: OperatorClients, region: str, stack_name: str = STACK_NAME
) -> DeployedStack:
    """Read the stack of the guard. Raises UsageError if it does not exist or cannot be read."""
    try:
        stack = clients.cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
        pages = clients.cloudformation.get_paginator("list_stack_resources").paginate(
            StackName=stack_name
        )
        physical_ids = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
            if "PhysicalResourceId" in resource
        }
        body = clients.cloudformation.get_template(StackName=stack_name)["TemplateBody"]
    except AWS_ERRORS as error:
        raise UsageError(_stack_error(reason_of(error), stack_name, region)) from error
    return DeployedStack(
        name=stack_name,
        arn=stack["StackId"],
        status=stack["StackStatus"],
        template=_as_object(body, stack_name),
        physical_ids=physical_ids,
    )


def _as_object(body: object, stack_name: str) -> Mapping[str, Any]:
    # botocore parses JSON templates, which the CDK writes, and returns YAML as text.
    if not isinstance(body, dict):
        raise UsageError(
            f"Stack {stack_name} was not deployed by the CDK. "
            "Name the stack of the guard with --stack."
        )
    return body


def _stack_error(reason: str, stack_name: str, region: str) -> str:
    if reason == "ValidationError":
        return (
            f"Stack {stack_name} not found in {region}. Run make deploy, "
            "or name the region with --region and the stack with --stack."
        )
    return (
        f"Cannot read stack {stack_name} in {region} ({reason}). "
        "Check credentials, region and permissions."
    )


def resource_name(identifier: str) -> str:
    """Return the name at the end of an ARN or a queue URL."""
    return identifier.rpartition(":")[2].rpartition("/")[2]


def referenced_id(reference: Any) -> str:
    """Return the logical ID in a `Ref` or `Fn::GetAtt`; empty for any other value."""
    match reference:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            return name
        case _:
            return ""
