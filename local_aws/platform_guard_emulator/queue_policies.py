"""Queue policies of templates, which moto's CloudFormation does not support.

The emulator does not enforce them. GetQueueAttributes returns them.
"""

import json
from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.sqs.models import sqs_backends


class QueuePolicy(CloudFormationModel):
    """AWS::SQS::QueuePolicy. moto finds the class among the subclasses of its base."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def physical_resource_id(self) -> str:
        """The value of `Ref`."""
        return self.name

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that holds the name. The type has none."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """Return the resource type."""
        return "AWS::SQS::QueuePolicy"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Return whether `Fn::GetAtt` supports an attribute."""
        return attr == "Id"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
        **_: Any,
    ) -> "QueuePolicy":
        """Set the policy of its queues."""
        properties = cloudformation_json["Properties"]
        for url in properties["Queues"]:
            sqs_backends[account_id][region_name].set_queue_attributes(
                url.rpartition("/")[2], {"Policy": json.dumps(properties["PolicyDocument"])}
            )
        return cls(resource_name)
