"""Queue policies of templates, which moto's CloudFormation does not know.

The stand-in does not enforce them; whoever asks for a queue's attributes sees them.
"""

import json
from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.sqs.models import sqs_backends


class QueuePolicy(CloudFormationModel):
    """AWS::SQS::QueuePolicy. That the class exists is how moto finds it."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def physical_resource_id(self) -> str:
        """What CloudFormation calls it."""
        return self.name

    @staticmethod
    def cloudformation_name_type() -> str:
        """Give the property that names it: there is none."""
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        """Give the type in templates."""
        return "AWS::SQS::QueuePolicy"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Tell whether GetAtt knows an attribute."""
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
        """Put the policy on its queues."""
        properties = cloudformation_json["Properties"]
        for url in properties["Queues"]:
            sqs_backends[account_id][region_name].set_queue_attributes(
                url.rpartition("/")[2], {"Policy": json.dumps(properties["PolicyDocument"])}
            )
        return cls(resource_name)
