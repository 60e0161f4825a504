"""Finding a repository by its name."""

from typing import TYPE_CHECKING

from platform_guard.registry.reference import Repository

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


def find_repository(client: "ECRClient", name: str, account: str = "") -> Repository | None:
    """Look a repository up in an account, by default the caller's own; None where it is not there.

    One call. Raises what botocore raises where it fails.
    """
    try:
        if account:
            answer = client.describe_repositories(repositoryNames=[name], registryId=account)
        else:
            answer = client.describe_repositories(repositoryNames=[name])
    except client.exceptions.RepositoryNotFoundException:
        return None
    _, _, _, region, owner, _ = answer["repositories"][0]["repositoryArn"].split(":", 5)
    return Repository(owner, region, name)
