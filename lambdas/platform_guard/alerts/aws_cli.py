"""Commands that fixes have in common, quoted for a POSIX shell."""

import shlex
from collections.abc import Mapping

from platform_guard.registry.reference import Repository

# ECS API, RegisterTaskDefinition: all that a task definition may state and need not. What else
# DescribeTaskDefinition gives, such as the revision, it refuses.
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

# Tags that begin with "aws:" are AWS's own, and refused.
_OWN_TAGS = 'tags && {tags: tags[?!starts_with(key, `"aws:"`)]} || `{}`'


def build_and_push(platforms: str, image: str, *more: str) -> str:
    """Build an image for platforms, as `docker` lists them, without attestations."""
    options = [*more, "--platform", platforms, "--provenance=false", "--sbom=false", "-t", image]
    return shlex.join(["docker", "buildx", "build", *options, "--push", "."])


def list_platforms(image: str) -> str:
    """Show what a registry holds under a name."""
    return shlex.join(["docker", "buildx", "imagetools", "inspect", image])


def free_tag(repository: Repository, tag: str) -> str:
    """Take a tag away from its image; an image without another tag goes with it."""
    where = ["--region", repository.region, "--repository-name", repository.name]
    what = ["--image-ids", f"imageTag={tag}"]
    return shlex.join(["aws", "ecr", "batch-delete-image", *where, *what])


def remove_resource_tag(repository: Repository, key: str) -> str:
    """Take an AWS resource tag away from a repository."""
    what = ["--resource-arn", repository.arn, "--tag-keys", key]
    return shlex.join(["aws", "ecr", "untag-resource", "--region", repository.region, *what])


def undo(entry_id: str, region: str) -> str:
    """Undo what the guard did, by the id of its entry in the ledger of a region."""
    return shlex.join(["platform-guard", "undo", entry_id, "--region", region])


def registrable(changes: Mapping[str, str], stated: frozenset[str]) -> str:
    """Write a JMESPath query that makes input of RegisterTaskDefinition from what describes one.

    `changes` are JMESPath expressions by parameter. `stated` are the parameters that the task
    definition states; empty where that is not known: then the query leaves out what is null, which
    the AWS CLI refuses.
    """
    always = {name: name for name in ("family", "containerDefinitions")} | dict(changes)
    others = [name for name in _OPTIONAL if name not in changes]
    if stated:
        always |= {name: name for name in others if name in stated}
        definition = f"taskDefinition.{{{_pairs(always)}}}"
    else:
        maybe = "".join(f", {_unless_null(name)}" for name in others)
        definition = f"taskDefinition.merge({{{_pairs(always)}}}{maybe})"
    return f"merge({definition}, {_OWN_TAGS})"


def _pairs(members: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {expression}" for name, expression in members.items())


def _unless_null(name: str) -> str:
    return f"{name} && {{{name}: {name}}} || `{{}}`"


def audit_repositories(region: str) -> str:
    """Judge all that a registry holds, into a report for a browser."""
    options = ["--region", region, "--format", "html", "--output", "audit.html"]
    return shlex.join(["platform-guard", "audit", "--policy", "guard.toml", *options])
