"""The topic subscriptions of a template, which moto's CloudFormation does not create.

Only queues are subscribed. Other protocols, such as email, are skipped.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from platform_guard_emulator.deploy.assembly import StackAssembly

if TYPE_CHECKING:
    from platform_guard_emulator.account import LocalAws

SUBSCRIPTION = "AWS::SNS::Subscription"


def subscribe_queues(local: "LocalAws", stack: StackAssembly, ids: Mapping[str, str]) -> None:
    """Subscribe the queues of a created stack. `ids` are its physical ids by logical id."""
    sns, sqs = local.client("sns"), local.client("sqs")
    for logical_id, properties in stack.resources(SUBSCRIPTION):
        if properties["Protocol"] != "sqs":
            continue
        if "FilterPolicy" in properties:
            raise NotImplementedError(f"{logical_id}: the emulator does not support FilterPolicy")
        answer = sqs.get_queue_attributes(
            QueueUrl=ids[_referred(properties["Endpoint"])], AttributeNames=["QueueArn"]
        )
        raw = {"RawMessageDelivery": "true"} if properties.get("RawMessageDelivery") else {}
        sns.subscribe(
            TopicArn=ids[_referred(properties["TopicArn"])],
            Protocol="sqs",
            Endpoint=answer["Attributes"]["QueueArn"],
            Attributes=raw,
        )


def _referred(reference: Any) -> str:
    """Return the logical id of a `Ref` or `Fn::GetAtt`."""
    if "Ref" in reference:
        return str(reference["Ref"])
    return str(reference["Fn::GetAtt"][0])
