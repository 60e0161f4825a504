"""Commands that several fixes share, quoted for a POSIX shell."""

import shlex
from collections.abc import Mapping

from platform_guard.registry.reference import Repository

# ECS API, RegisterTaskDefinition: the optional parameters. It rejects the other fields that
# DescribeTaskDefinition returns, such as the revision.
_OPTIONAL = (
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "volumes",
    "placementConstraints",
    "requiresCompatibilities",
    "cpu",
    "memory",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "inferenceAccelerators",
    "ephemeralStorage",
    "runtimePlatform",
    "enableFaultInjection",
    "trustedExecutionConfiguration",
)

# AWS reserves tags that begin with "aws:" and rejects them in requests.
_USER_TAGS = 'tags && {tags: tags[?!starts_with(key, `"aws:"`)]} || `{}`'


def build_and_push(platforms: str, image: str, *more: str) -> str:
    """Build an image without attestations; `platforms` is the value of `--platform`."""
    options = [*more, "--platform", platforms, "--provenance=false", "--sbom=false", "-t", image]
    return shlex.join(["docker", "buildx", "build", *options, "--push", "."])


def list_platforms(image: str) -> str:
    """Show the platforms of an image in its registry."""
    return shlex.join(["docker", "buildx", "imagetools", "inspect", image])


def free_tag(repository: Repository, tag: str) -> str:
    """Untag an image in ECR, which also deletes the image if it has no other tag."""
    where = ["--region", repository.region, "--repository-name", repository.name]
    what = ["--image-ids", f"imageTag={tag}"]
    return shlex.join(["aws", "ecr", "batch-delete-image", *where, *what])


def remove_resource_tag(repository: Repository, key: str) -> str:
    """Remove an AWS resource tag from a repository."""
    what = ["--resource-arn", repository.arn, "--tag-keys", key]
    return shlex.join(["aws", "ecr", "untag-resource", "--region", repository.region, *what])


def undo(entry_id: str, region: str) -> str:
    """Undo a remedy by the id of its ledger entry in a Region."""
    return shlex.join(["platform-guard", "undo", entry_id, "--region", region])


def registrable(changes: Mapping[str, str], stated: frozenset[str]) -> str:
    """Return a JMESPath query from DescribeTaskDefinition output to RegisterTaskDefinition input.

    `changes` maps parameters to JMESPath expressions. `stated` are the parameters that the task
    definition sets. If they are unknown (empty), the query omits null values, which the AWS CLI
    rejects.
    """
    always = {name: name for name in ("family", "containerDefinitions")} | dict(changes)
    others = [name for name in _OPTIONAL if name not in changes]
    if stated:
        always |= {name: name for name in others if name in stated}
        definition = f"taskDefinition.{{{_pairs(always)}}}"
    else:
        optional = "".join(f", {_unless_null(name)}" for name in others)
        definition = f"taskDefinition.merge({{{_pairs(always)}}}{optional})"
    return f"merge({definition}, {_USER_TAGS})"


def _pairs(members: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {expression}" for name, expression in members.items())


def _unless_null(name: str) -> str:
    return f"{name} && {{{name}: {name}}} || `{{}}`"


def audit_repositories(region: str) -> str:
    """Evaluate every image in the registry and write an HTML report."""
    options = ["--region", region, "--format", "html", "--output", "audit.html"]
    return shlex.join(["platform-guard", "audit", "--policy", "guard.toml", *options])
