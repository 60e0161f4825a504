"""How a service gets new tasks, which depends on who deploys it.

ECS refuses a new deployment of a service that another deployment controller is for.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
"""

import shlex

from platform_guard.alerts.alert import Fix
from platform_guard.diagnosis.context import PullCase
from platform_guard.diagnosis.fixes.target import Target

_NAMED, _REVISION = "last-revision.json", "revision.json"


def deploy_again(case: PullCase, target: Target, title: str) -> Fix:
    """Have a service start its tasks anew, of the same task definition."""
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


def deploy_new_revision(case: PullCase, target: Target, title: str, *register: str) -> Fix:
    """Register a revision of the task definition with commands, and have a service run it."""
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
    """Show what a service is like."""
    where = ("--cluster", target.cluster, "--services", target.service)
    return target.aws("ecs", "describe-services", *where, "--query", query)


def is_deployed_by_ecs(case: PullCase) -> bool:
    """Tell whether ECS itself deploys the service, as it does where nothing else was seen."""
    return _controller(case) == "ECS"


def wait_until_stable(case: PullCase, target: Target) -> list[str]:
    """Give the command that waits for a service; none where ECS knows no end to wait for."""
    if not target.service or not is_deployed_by_ecs(case):
        return []
    cluster, service = target.cluster, target.service
    wait = ["services-stable", "--region", target.region]
    return [shlex.join(["aws", "ecs", "wait", *wait, "--cluster", cluster, "--services", service])]


def _controller(case: PullCase) -> str:
    return case.service.deployment_controller if case.service else "ECS"


def _with_code_deploy(target: Target) -> list[str]:
    """Deploy what was deployed last, which CodeDeploy names by its checksum alone."""
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
