"""As whom a task pulls its image."""

from platform_guard.aws.errors import LookUpError
from platform_guard.evidence import NotSeen, PullingRole, RoleKind, TaskDefinition
from platform_guard.task_stops import TaskStop


def find_role(stop: TaskStop, definition: TaskDefinition | NotSeen | None) -> PullingRole:
    """Give the role that pulls. No call: the task definition names it.

    Raises LookUpError where it does not: then the instance pulls as itself.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    """
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
