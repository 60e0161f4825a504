"""The image that a task was to pull, and its repository, as they are in Amazon ECR now."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from platform_guard.aws.errors import LookupFailedError
from platform_guard.diagnosis.evidence.model import StoredImage, StoredRepository
from platform_guard.oci.platforms import Platform
from platform_guard.oci.reader import Bounds, ReadRequest, read_image
from platform_guard.policy.evaluation import evaluate
from platform_guard.policy.policy import IndexRule, Policy
from platform_guard.registry.reference import Reference, Repository
from platform_guard.registry.repository import EcrRepository

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


def look_up_image(
    client: "ECRClient",
    wanted: Reference,
    platform: Platform,
    clock: Callable[[], float],
    seconds: float,
) -> StoredImage:
    """Read an image and evaluate it for one platform; ECS accepts an index.

    Raises botocore errors and LookupFailedError where ECR has no such image.
    """
    repository = EcrRepository(client, wanted.repository)
    # What a deployment was pinned to counts, wherever its tag has gone.
    named = replace(wanted, tag="") if wanted.digest else wanted
    document = repository.resolve(named)
    if document is None:
        raise LookupFailedError("ECR has no such image")
    policy = Policy(required_platforms=(platform,), index_rule=IndexRule.ALLOW)
    image = read_image(
        document,
        repository,
        ReadRequest(policy.required_platforms),
        clock,
        replace(Bounds(), seconds=seconds),
    )
    reference = replace(wanted, digest=document.digest)
    return StoredImage(reference, image, evaluate(image, policy))


def look_up_repository(client: "ECRClient", wanted: Repository) -> StoredRepository:
    """Return whether a repository is there. One call; raises what botocore raises."""
    try:
        answer = client.describe_repositories(
            registryId=wanted.account, repositoryNames=[wanted.name]
        )
    except client.exceptions.RepositoryNotFoundException:
        return StoredRepository(exists=False)
    mutability = answer["repositories"][0].get("imageTagMutability", "")
    return StoredRepository(exists=True, tag_mutability=mutability)
