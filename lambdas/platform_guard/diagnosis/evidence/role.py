"""As whom a task pulls its image."""

import re

from platform_guard.aws.errors import LookUpError
from platform_guard.diagnosis.evidence.model import NotSeen, PullingRole, RoleKind, TaskDefinition
from platform_guard.diagnosis.task_event import TaskStop

# The session of a role on an instance of EC2 is called by the instance.
_ON_INSTANCE = re.compile(
    r"arn:(?P<partition>[\w-]+):sts::(?P<account>\d{12}):assumed-role/(?P<role>[\w+=,.@-]+)/"
    r"i-[0-9a-f]{8,17}"
)


def find_role(
    stop: TaskStop, definition: TaskDefinition | NotSeen | None, denied: str | None
) -> PullingRole:
    """Give the role that pulls. No call: the error names it, or the task definition.

    `denied` is who was denied, as the error says; it has the last word.

    Raises LookUpError where it does not: then the instance pulls as itself.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    """
    if denied and (session := _ON_INSTANCE.fullmatch(denied)):
        arn = f"arn:{session['partition']}:iam::{session['account']}:role/{session['role']}"
        return PullingRole(arn, RoleKind.INSTANCE)
    match definition:
        case TaskDefinition(execution_role_arn=arn) if arn:
            return PullingRole(arn, RoleKind.EXECUTION)
        case TaskDefinition() if stop.container_instance_arn:
            raise LookUpError(
                "the task definition names no execution role, so its instance pulls as itself"
            )
        case TaskDefinition():
            raise LookUpError("the task definition names no execution role")
        case _:
            raise LookUpError("it stands in the task definition, which was not seen")
