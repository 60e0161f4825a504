"""Fixes on the task: restart, new task definition, inspection."""

import shlex
from collections.abc import Mapping, Sequence

from platform_guard.alerts.alert import Fix
from platform_guard.alerts.aws_cli import registrable
from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.evidence.model import TaskDefinition
from platform_guard.diagnosis.fixes.target import Target
from platform_guard.diagnosis.task_event import LaunchType, TaskStop

_FILE = "task-definition.json"
_TRY_NOW = "ECS may try again by itself; to have it try now, start a new deployment"


def restart(case: PullContext, target: Target, title: str = _TRY_NOW) -> Fix:
    """Return the fix that retries: a new deployment, or the task again."""
    if target.service:
        return deploy_again(case, target, title)
    return target.fix(
        "Start the task again, the way it was started before, such as",
        run_task(case.stop, target, target.task_definition),
    )


def run_new_image(case: PullContext, target: Target) -> Fix:
    """Return the fix that runs the pushed image."""
    if not case.is_pinned:
        return restart(
            case,
            target,
            "Start a new deployment, because ECS looks up a tag only once a deployment",
        )
    return _run_latest(
        case,
        target,
        "Write the new digest into the task definition, which names the image by its digest, and "
        "run its new revision",
    )


def change_task_definition(
    case: PullContext,
    target: Target,
    title: str,
    changes: Mapping[str, str],
    before: Sequence[str] = (),
) -> Fix:
    """Return the fix that registers and runs a changed task definition.

    `changes` maps parameters of RegisterTaskDefinition to JMESPath expressions; `before` are
    commands to run first.
    """
    definition = case.evidence.task_definition
    stated = definition.stated if isinstance(definition, TaskDefinition) else frozenset[str]()
    query = registrable(changes, stated)
    describe = target.aws(
        "ecs",
        "describe-task-definition",
        "--task-definition",
        target.task_definition,
        "--include",
        "TAGS",
        "--output",
        "json",
        "--query",
        query,
    )
    register = target.aws(
        "ecs",
        "register-task-definition",
        "--cli-input-json",
        f"file://{_FILE}",
        "--query",
        "taskDefinition.taskDefinitionArn",
        "--output",
        "text",
    )
    return _run_latest(case, target, title, *before, f"{describe} > {_FILE}", register)


def _run_latest(case: PullContext, target: Target, title: str, *register: str) -> Fix:
    if not target.service:
        return target.fix(title, *register, run_task(case.stop, target, target.family))
    return deploy_new_revision(case, target, title, *register)


def run_task(
    stop: TaskStop | None, target: Target, definition: str, network_configuration: str = ""
) -> str:
    """Return the command that runs a task like the stopped one."""
    words = ["--cluster", target.cluster, "--task-definition", definition]
    if stop is not None and stop.capacity_provider:
        words += ["--capacity-provider-strategy", f"capacityProvider={stop.capacity_provider}"]
    elif stop is not None and stop.launch_type in (LaunchType.FARGATE, LaunchType.EXTERNAL):
        words += ["--launch-type", stop.launch_type]
    if stop is not None and stop.subnet_ids and not network_configuration:
        network_configuration = f"awsvpcConfiguration={{subnets=[{','.join(stop.subnet_ids)}]}}"
    if network_configuration:
        words += ["--network-configuration", network_configuration]
    return target.aws("ecs", "run-task", *words)


def inspect_task(target: Target) -> Fix:
    """Return the fix that describes the task."""
    return target.fix(
        "Read all that ECS says about the task, within an hour of its end",
        target.aws(
            "ecs",
            "describe-tasks",
            "--cluster",
            target.cluster,
            "--tasks",
            target.task_id,
            "--query",
            "tasks[].[stopCode, stoppedReason, containers[].[name, image, reason]]",
        ),
    )


_NAMED, _REVISION = "last-revision.json", "revision.json"


def deploy_again(case: PullContext, target: Target, title: str) -> Fix:
    """Return the fix that restarts the tasks of a service with the same task definition."""
    match _controller(case):
        case "ECS":
            return target.fix(title, target.update_service("--force-new-deployment"))
        case "CODE_DEPLOY":
            return target.fix(
                f"{title}. CodeDeploy deploys this service, so ask that",
                *_with_code_deploy(target),
            )
        case controller:
            return target.fix(
                f"{title}. ECS leaves that to whatever deploys this service (deployment controller "
                f"{controller}): have it replace the task set",
                _list_task_sets(target),
            )


def deploy_new_revision(case: PullContext, target: Target, title: str, *register: str) -> Fix:
    """Return the fix that registers a task definition revision and deploys it to the service."""
    match _controller(case):
        case "ECS":
            run = target.update_service(
                "--task-definition", target.family, "--force-new-deployment"
            )
            return target.fix(title, *register, run)
        case "CODE_DEPLOY":
            return target.fix(
                f"{title}. CodeDeploy deploys this service: before the last command, write the new "
                f"revision of the task definition into the AppSpec in {_REVISION}",
                *register,
                *_with_code_deploy(target),
            )
        case controller:
            return target.fix(
                f"{title}. ECS leaves it to whatever deploys this service (deployment controller "
                f"{controller}) to run the new revision in a new task set",
                *register,
                _list_task_sets(target),
            )


def describe_service(target: Target, query: str) -> str:
    """Return the command that describes a service."""
    where = ("--cluster", target.cluster, "--services", target.service)
    return target.aws("ecs", "describe-services", *where, "--query", query)


def is_deployed_by_ecs(case: PullContext) -> bool:
    """Return whether ECS deploys the service, which is assumed if the controller is unknown."""
    return _controller(case) == "ECS"


def wait_until_stable(case: PullContext, target: Target) -> list[str]:
    """Return the command that waits for a service; none if ECS cannot."""
    if not target.service or not is_deployed_by_ecs(case):
        return []
    cluster, service = target.cluster, target.service
    wait = ["services-stable", "--region", target.region]
    return [shlex.join(["aws", "ecs", "wait", *wait, "--cluster", cluster, "--services", service])]


def _controller(case: PullContext) -> str:
    return case.service.deployment_controller if case.service else "ECS"


def _with_code_deploy(target: Target) -> list[str]:
    """Return the commands that repeat the last CodeDeploy deployment."""
    application = ("--application-name", "APPLICATION")
    group = (*application, "--deployment-group-name", "DEPLOYMENT_GROUP")
    last = ("--query", "deploymentGroupInfo.targetRevision", "--output", "json")
    whole = ("--revision", f"file://{_NAMED}", "--query", "revision", "--output", "json")
    return [
        f"{target.aws('deploy', 'get-deployment-group', *group, *last)} > {_NAMED}",
        f"{target.aws('deploy', 'get-application-revision', *application, *whole)} > {_REVISION}",
        target.aws("deploy", "create-deployment", *group, "--revision", f"file://{_REVISION}"),
    ]


def _list_task_sets(target: Target) -> str:
    return describe_service(target, "services[].taskSets[].[id, status, taskDefinition]")
