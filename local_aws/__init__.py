"""A stand-in for AWS on this machine: moto, with the ECR, IAM and Lambda it leaves out.

Start reading at `account.LocalAws`, then `ecr/store.py`, `calls.py` and `deployment.py`.
"""

from local_aws.account import LocalAws
from local_aws.calls import NO_ANSWER, ApiCall
from local_aws.deployment import Deployment, EventSourceMapping
from local_aws.layouts import PushOrder, push_layout
from local_aws.runtime import Function, Invocation
from local_aws.topics import PublishedMessage

__all__ = [
    "NO_ANSWER",
    "ApiCall",
    "Deployment",
    "EventSourceMapping",
    "Function",
    "Invocation",
    "LocalAws",
    "PublishedMessage",
    "PushOrder",
    "push_layout",
]
