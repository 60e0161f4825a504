"""The current state of an image and its repository in Amazon ECR."""

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
    requested: Reference,
    platform: Platform,
    clock: Callable[[], float],
    seconds: float,
) -> StoredImage:
    """Read an image and evaluate it for one platform; ECS accepts an index.

    Raises botocore errors, and LookupFailedError if the image does not exist.
    """
    repository = EcrRepository(client, requested.repository)
    # A digest wins over the tag, which may have moved since the deployment.
    named = replace(requested, tag="") if requested.digest else requested
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
    reference = replace(requested, digest=document.digest)
    return StoredImage(reference, image, evaluate(image, policy))


def look_up_repository(client: "ECRClient", repository: Repository) -> StoredRepository:
    """Return the state of a repository, existing or not. One call; raises botocore errors."""
    try:
        answer = client.describe_repositories(
            registryId=repository.account, repositoryNames=[repository.name]
        )
    except client.exceptions.RepositoryNotFoundException:
        return StoredRepository(exists=False)
    mutability = answer["repositories"][0].get("imageTagMutability", "")
    return StoredRepository(exists=True, tag_mutability=mutability)
