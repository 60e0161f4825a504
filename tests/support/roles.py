"""Temporary changes to the push guard's role."""

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from platform_guard_emulator import Deployment, LocalAws


@contextmanager
def without(aws: LocalAws, guard: Deployment, action: str) -> Iterator[None]:
    """Remove an action from the push guard's role while the context is open."""
    iam = aws.client("iam")
    role = guard.function("push_guard.handler").role_arn.rpartition("/")[2]
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    (text,) = aws._policies_of(role)
    document: Any = json.loads(text)
    less = copy.deepcopy(document)
    for statement in less["Statement"]:
        actions = statement["Action"]
        listed = [actions] if isinstance(actions, str) else actions
        statement["Action"] = [item for item in listed if item != action]
    assert less != document, f"the role has no {action}"
    less["Statement"] = [item for item in less["Statement"] if item["Action"]]
    try:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(less))
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
