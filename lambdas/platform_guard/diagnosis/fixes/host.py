"""Fixes on the pulling host: disk and timeouts."""

import shlex

from platform_guard.alerts.alert import Fix
from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.fixes.build import build_commands
from platform_guard.diagnosis.fixes.ecs import change_task_definition, restart
from platform_guard.diagnosis.fixes.network import runbook_fix
from platform_guard.diagnosis.fixes.target import Target
from platform_guard.oci.platforms import Platform

# ECS API, EphemeralStorage: 21 to 200 GiB; the default is 20 GiB.
_DEFAULT_GIB = 20
_MAX_GIB = 200


def disk_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes for a full disk."""
    fixes = [] if case.is_on_fargate is False else [_more_storage(case, target)]
    if case.is_on_managed_instance:
        fixes.append(_larger_volumes(case, target))
    elif not case.is_on_fargate:
        fixes.append(
            target.fix(
                "On the container instance, remove what no container uses; and give it a larger "
                "volume if that does not last",
                "df -h /var/lib/docker",
                "docker system prune --all --force",
            )
        )
    return [*fixes, restart(case, target)] if case.is_on_fargate is False else fixes


def _larger_volumes(case: PullContext, target: Target) -> Fix:
    """Return the fix for managed instances, which do not allow login."""
    provider = (case.stop.capacity_provider if case.stop else "") or "CAPACITY_PROVIDER"
    template = "capacityProviders[].managedInstancesProvider.instanceLaunchTemplate"
    which = ("--cluster", target.cluster, "--capacity-providers", provider, "--query", template)
    return target.fix(
        "Give new instances a larger volume: storageSizeGiB in the launch template of their "
        "capacity provider, by the code that makes it. The template is",
        target.aws("ecs", "describe-capacity-providers", *which),
    )


def _more_storage(case: PullContext, target: Target) -> Fix:
    stated = case.definition.ephemeral_storage_gib if case.definition else None
    size = min(2 * (stated or _DEFAULT_GIB), _MAX_GIB)
    title = (
        f"Give the task {size} GiB of storage; image and unpacked layers have to fit. The same "
        "change belongs into the code that deploys the task"
    )
    if case.is_on_fargate is None:
        title = f"On Fargate: {title[0].lower()}{title[1:]}"
    storage = {"ephemeralStorage": f"{{sizeInGiB: `{size}`}}"}
    return change_task_definition(case, target, title, storage)


def unpack_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes for layers that cannot be unpacked."""
    platform = str(case.platform or Platform("linux", "amd64"))
    pull = ["docker", "pull", "--platform", platform, target.image]
    fixes = [
        restart(case, target, "Try again: a single host may be at fault"),
        target.fix("See whether the image can be unpacked elsewhere", shlex.join(pull)),
        target.fix(
            "If it cannot, its layers are broken: build it again and push it",
            *build_commands(case, target.image, "--no-cache"),
        ),
    ]
    return [*fixes, *disk_fixes(case, target)] if case.failure.error.truncated else fixes


def slow_pull_fixes(case: PullContext, target: Target) -> list[Fix]:
    """Return fixes for slow pulls."""
    fixes = [restart(case, target, "Try again: the pull was given up, usually for taking too long")]
    if not case.is_external_registry:
        fixes.append(
            target.fix(
                "See how large the image is, compressed, in bytes",
                target.ecr(
                    "describe-images",
                    "--image-ids",
                    target.image_id,
                    "--query",
                    "imageDetails[].imageSizeInBytes",
                    "--output",
                    "text",
                ),
            )
        )
    if not case.is_on_fargate and not case.is_on_managed_instance:
        fixes.append(
            Fix(
                "On EC2, give pulls more time: set ECS_IMAGE_PULL_INACTIVITY_TIMEOUT, such as 10m, "
                "in /etc/ecs/ecs.config and start the agent again",
                ("sudo systemctl restart ecs",),
            )
        )
    return [*fixes, runbook_fix(target)]
