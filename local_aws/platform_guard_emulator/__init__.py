"""A stand-in for AWS on this machine: moto, with the ECR, IAM and Lambda it leaves out.

Start reading at `account.LocalAws`, then `ecr/store.py`, `calls.py` and `deployment.py`.
"""

from platform_guard_emulator.account import LocalAws
from platform_guard_emulator.calls import NO_ANSWER, ApiCall
from platform_guard_emulator.deploy.deployment import Deployment, EventSourceMapping, deploy
from platform_guard_emulator.layouts import PushOrder, push_layout
from platform_guard_emulator.runtime import Function, Invocation
from platform_guard_emulator.topics import PublishedMessage

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
    "deploy",
    "push_layout",
]
