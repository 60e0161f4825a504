"""The deployed guard of an account and region, found through its stack."""

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
    """The deployed template, with unresolved references."""
    physical_ids: Mapping[str, str]
    """The physical ids by logical id."""

    @property
    def region(self) -> str:
        """The region that the stack is in."""
        return self.arn.split(":")[3]

    @property
    def account(self) -> str:
        """The account that the stack is in."""
        return self.arn.split(":")[4]

    def resources(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """Return the properties of the resources of a type that exist, by logical id."""
        return {
            logical_id: resource.get("Properties", {})
            for logical_id, resource in self.template["Resources"].items()
            if resource["Type"] == kind and logical_id in self.physical_ids
        }

    def names(self, kind: str) -> list[str]:
        """Return the physical ids of the resources of a type."""
        return [self.physical_ids[logical_id] for logical_id in self.resources(kind)]

    def only(self, kind: str) -> str:
        """Return the physical id of the one resource of a type.

        Raises UsageError unless the stack has exactly one.
        """
        names = self.names(kind)
        if len(names) != 1:
            raise UsageError(
                f"stack {self.name} holds {len(names)} of {kind}, and the guard has one: "
                "name the guard's stack with --stack"
            )
        return names[0]

    def queue_arn(self, url: str) -> str:
        """Return the ARN of a queue of the stack by its URL."""
        partition = self.arn.split(":")[1]
        return f"arn:{partition}:sqs:{self.region}:{self.account}:{last_part(url)}"

    def function(self, module: str) -> str:
        """Return the name of the function that runs a module, such as `push_guard`.

        Raises UsageError if the stack has none.
        """
        for logical_id, function in self.resources("AWS::Lambda::Function").items():
            if function.get("Handler") == f"{module}.handler":
                return self.physical_ids[logical_id]
        raise UsageError(f"stack {self.name} has no function that runs {module}: run make deploy")


def find_deployed(
    clients: OperatorClients, region: str, stack_name: str = STACK_NAME
) -> DeployedStack:
    """Find the stack of the guard. Raises UsageError with the fix if it does not exist."""
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
        raise UsageError(_not_found(reason_of(error), stack_name, region)) from error
    return DeployedStack(
        name=stack_name,
        arn=stack["StackId"],
        status=stack["StackStatus"],
        template=_as_object(body, stack_name),
        physical_ids=physical_ids,
    )


def _as_object(body: object, stack_name: str) -> Mapping[str, Any]:
    # botocore reads a template that is JSON, as those of the CDK are.
    if not isinstance(body, dict):
        raise UsageError(f"stack {stack_name} was not deployed by the CDK: name another one")
    return body


def _not_found(reason: str, stack_name: str, region: str) -> str:
    if reason == "ValidationError":
        return (
            f"stack {stack_name} not found in {region}: run make deploy, "
            "or name the region with --region and the stack with --stack"
        )
    return (
        f"stack {stack_name} in {region} cannot be looked up ({reason}): "
        "check credentials, region and permissions"
    )


def last_part(name: str) -> str:
    """Return the last part of an ARN or URL, which is the name."""
    return name.rpartition(":")[2].rpartition("/")[2]


def referred(reference: Any) -> str:
    """Return the logical id that a Ref or a GetAtt of a template names; empty for all else."""
    match reference:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            return name
        case _:
            return ""
