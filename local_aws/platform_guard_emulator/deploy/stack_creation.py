"""The steps of `cdk deploy`: publish assets, create parameters, create the stack."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from moto.cloudformation.parsing import resource_class_from_type
from moto.utilities.utils import get_partition

from platform_guard_emulator.deploy.assembly import StackAssembly
from platform_guard_emulator.deploy.subscriptions import SUBSCRIPTION
from platform_guard_emulator.event_bus import unsupported_operators
from platform_guard_emulator.queue_policies import QueuePolicy  # noqa: F401 - moto finds it

if TYPE_CHECKING:
    from platform_guard_emulator.account import LocalAws

WITHOUT_EFFECT = (
    "AWS::CDK::Metadata",
    "AWS::Chatbot::SlackChannelConfiguration",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    SUBSCRIPTION,
    "AWS::SNS::TopicPolicy",
)
"""Resource types that moto lacks and that are removed from a template."""

_BOOTSTRAP_VERSION = "30"
_POWERTOOLS = "/aws/service/powertools/"
_LAYER = "arn:{partition}:lambda:{region}:017000801446:layer:AWSLambdaPowertoolsPythonV3:1"


class DeploymentError(Exception):
    """The stack could not be created, or it contains something that cannot be emulated."""


def create_stack(local: "LocalAws", stack: StackAssembly) -> None:
    """Create a stack. Raises DeploymentError with the problems or the stack events."""
    problems = [*_unknown_resources(stack), *_misread_patterns(stack)]
    if problems:
        raise DeploymentError("\n".join(problems))
    _publish_assets(local, stack)
    template = _in_partition(_without_ineffective(stack.template), get_partition(local.region))
    template = _with_parameters(local, _with_fifo_names(template, stack.name))
    client = local.client("cloudformation")
    try:
        client.create_stack(
            StackName=stack.name,
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
    except ClientError as error:
        raise DeploymentError(f"Cannot create stack {stack.name}: {error}") from error
    status = client.describe_stacks(StackName=stack.name)["Stacks"][0]["StackStatus"]
    if status != "CREATE_COMPLETE":
        events = client.describe_stack_events(StackName=stack.name)["StackEvents"]
        lines = [
            f"{event['LogicalResourceId']} {event['ResourceStatus']} "
            f"{event.get('ResourceStatusReason', '')}"
            for event in events
        ]
        raise DeploymentError("\n".join([f"{stack.name} is {status}", *lines]))


def physical_ids(local: "LocalAws", stack_name: str) -> dict[str, str]:
    """Return the physical id of every resource by its logical id."""
    client = local.client("cloudformation")
    resources = client.describe_stack_resources(StackName=stack_name)["StackResources"]
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in resources
        if "PhysicalResourceId" in resource
    }


def outputs(local: "LocalAws", stack_name: str) -> dict[str, str]:
    """Return the outputs of a stack."""
    stack = local.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _without_ineffective(template: dict[str, Any]) -> dict[str, Any]:
    resources = template["Resources"]
    left_out = {name for name, item in resources.items() if item["Type"] in WITHOUT_EFFECT}
    kept = {name: dict(item) for name, item in resources.items() if name not in left_out}
    for resource in kept.values():
        needed = resource.pop("DependsOn", [])
        names = [needed] if isinstance(needed, str) else needed
        resource["DependsOn"] = [name for name in names if name not in left_out]
    return {**template, "Resources": kept}


def _with_fifo_names(template: dict[str, Any], stack_name: str) -> dict[str, Any]:
    """Name FIFO queues as CloudFormation does. Their names must end in `.fifo`."""
    resources = {name: dict(item) for name, item in template["Resources"].items()}
    for name, item in resources.items():
        if item["Type"] == "AWS::SQS::Queue" and item.get("Properties", {}).get("FifoQueue"):
            item["Properties"] = {"QueueName": f"{stack_name}-{name}.fifo", **item["Properties"]}
    return {**template, "Resources": resources}


def _in_partition(template: dict[str, Any], partition: str) -> dict[str, Any]:
    """Resolve `AWS::Partition`, which moto resolves to `aws` in every region."""
    text = json.dumps(template).replace('{"Ref": "AWS::Partition"}', json.dumps(partition))
    resolved: dict[str, Any] = json.loads(text.replace("${AWS::Partition}", partition))
    return resolved


def _unknown_resources(stack: StackAssembly) -> Iterator[str]:
    for logical_id, resource in stack.template["Resources"].items():
        kind = resource["Type"]
        if kind not in WITHOUT_EFFECT and resource_class_from_type(kind) is None:
            yield f"{logical_id}: moto has no {kind}; see WITHOUT_EFFECT in {__name__}"


def _misread_patterns(stack: StackAssembly) -> Iterator[str]:
    for logical_id, properties in stack.resources("AWS::Events::Rule"):
        for problem in unsupported_operators(properties.get("EventPattern", {})):
            yield f"{logical_id}: moto does not support the event pattern at {problem}"


def _publish_assets(local: "LocalAws", stack: StackAssembly) -> None:
    client = local.client("s3")
    existing = {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}
    for asset in stack.assets:
        if asset.bucket not in existing:
            _create_bucket(local, asset.bucket)
            existing.add(asset.bucket)
        client.put_object(Bucket=asset.bucket, Key=asset.key, Body=asset.content())


def _create_bucket(local: "LocalAws", name: str) -> None:
    client = local.client("s3")
    if local.region == "us-east-1":
        # CreateBucket rejects us-east-1 as a LocationConstraint.
        client.create_bucket(Bucket=name)
        return
    location = {"LocationConstraint": local.region}
    client.create_bucket(Bucket=name, CreateBucketConfiguration=location)


def _with_parameters(local: "LocalAws", template: dict[str, Any]) -> dict[str, Any]:
    """Create the SSM parameters that the template reads and return it with their names.

    Parameters under /aws/service/ are reserved for AWS, so they are created under another name.
    """
    client = local.client("ssm")
    parameters = dict(template.get("Parameters", {}))
    for name, parameter in parameters.items():
        if not parameter["Type"].startswith("AWS::SSM::Parameter::Value"):
            continue
        default = parameter["Default"]
        value = _parameter_value(default, local.region)
        if value is None:
            continue
        local_name = default.replace("/aws/service/", "/local/service/")
        client.put_parameter(Name=local_name, Value=value, Type="String", Overwrite=True)
        parameters[name] = {**parameter, "Default": local_name}
    return {**template, "Parameters": parameters}


def _parameter_value(name: str, region: str) -> str | None:
    if name.startswith("/cdk-bootstrap/"):
        return _BOOTSTRAP_VERSION
    if name.startswith(_POWERTOOLS):
        return _LAYER.format(partition=get_partition(region), region=region)
    if name.startswith("/aws/"):
        raise DeploymentError(f"The emulator has no value for the public parameter {name}")
    return None
