"""An emulator of AWS in this process: moto, with the parts of ECR, IAM and Lambda that it lacks.

Start with `account.LocalAws`, then read `ecr/store.py`, `calls.py` and `deploy/deployment.py`.
"""

from platform_guard_emulator.account import LocalAws
from platform_guard_emulator.calls import CALL_TIMEOUT, ApiCall
from platform_guard_emulator.deploy.deployment import Deployment, EventSourceMapping, deploy
from platform_guard_emulator.layouts import PushOrder, push_layout
from platform_guard_emulator.runtime import Function, Invocation
from platform_guard_emulator.topics import PublishedMessage

__all__ = [
    "CALL_TIMEOUT",
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
