"""Paginated listings: repositories of a registry and tagged images of a repository."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

from platform_guard.aws.errors import LookupFailedError, error_code
from platform_guard.registry.images import ListedImage
from platform_guard.registry.reference import Repository

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import DescribeImagesRequestTypeDef, ImageDetailTypeDef

PAGE_SIZE = 1000
"""Maximum page size (ECR API, DescribeImages and DescribeRepositories, maxResults)."""

# The errors that ECR returns for an expired page token.
_EXPIRED_TOKEN = frozenset({"InvalidParameterException", "ValidationException"})

_RESTARTS = 3

_Item = TypeVar("_Item")
_Page = tuple[Sequence[_Item], str | None]


def list_repositories(client: "ECRClient", account: str, region: str) -> Iterator[list[Repository]]:
    """Yield pages of all repositories, one call each. Raises botocore errors."""

    def page(token: str | None) -> _Page[str]:
        options = {} if token is None else {"nextToken": token}
        answer = client.describe_repositories(registryId=account, maxResults=PAGE_SIZE, **options)
        names = [repository["repositoryName"] for repository in answer["repositories"]]
        return names, answer.get("nextToken")

    for names in _pages(page, key=str.encode):
        yield [Repository(account, region, name) for name in names]


def find_repositories(
    client: "ECRClient", account: str, region: str, names: Sequence[str]
) -> list[Repository]:
    """Return the repositories that exist among `names`, one call each."""
    found = []
    for name in names:
        try:
            client.describe_repositories(registryId=account, repositoryNames=[name])
        except client.exceptions.RepositoryNotFoundException:
            continue
        found.append(Repository(account, region, name))
    return found


def list_tagged_images(
    client: "ECRClient", repository: Repository, start: str | None = None
) -> Iterator[tuple[list[ListedImage], str | None]]:
    """Yield pages of tagged images, one call each, with the token of the next page.

    `start` is the token of the first page. After an expired token the listing starts over and
    skips what it listed before.
    """

    def page(token: str | None) -> _Page["ImageDetailTypeDef"]:
        request: DescribeImagesRequestTypeDef = {
            "registryId": repository.account,
            "repositoryName": repository.name,
            "filter": {"tagStatus": "TAGGED"},
            "maxResults": PAGE_SIZE,
        }
        if token is not None:
            request["nextToken"] = token
        answer = client.describe_images(**request)
        return answer["imageDetails"], answer.get("nextToken")

    for details, token in _pages_with_tokens(page, _digest_bytes, start):
        yield [_listed(detail) for detail in details if detail.get("imageTags")], token


def _pages(
    fetch: Callable[[str | None], _Page[_Item]], key: Callable[[_Item], bytes]
) -> Iterator[list[_Item]]:
    return (items for items, _ in _pages_with_tokens(fetch, key))


def _pages_with_tokens(
    fetch: Callable[[str | None], _Page[_Item]],
    key: Callable[[_Item], bytes],
    token: str | None = None,
) -> Iterator[tuple[list[_Item], str | None]]:
    """Fetch all pages; after an expired token, start over and skip what was listed."""
    seen: set[bytes] = set()
    restarts = 0
    while True:
        try:
            items, next_token = fetch(token)
        except ClientError as error:
            if token is None or error_code(error) not in _EXPIRED_TOKEN:
                raise
            restarts += 1
            if restarts > _RESTARTS:
                raise LookupFailedError("the listing was restarted too often") from error
            token = None
            continue
        new = [item for item in items if key(item) not in seen]
        seen.update(map(key, new))
        yield new, next_token
        if next_token is None:
            return
        token = next_token


def _digest_bytes(detail: "ImageDetailTypeDef") -> bytes:
    # A repository may contain 100,000 images; bytes take less memory than the text.
    return bytes.fromhex(detail["imageDigest"].partition(":")[2])


def _listed(detail: "ImageDetailTypeDef") -> ListedImage:
    return ListedImage(
        digest=detail["imageDigest"],
        tags=tuple(detail["imageTags"]),
        pushed_at=detail["imagePushedAt"].timestamp(),
    )


def find_repository(client: "ECRClient", name: str, account: str = "") -> Repository | None:
    """Look up a repository in an account, by default the caller's; None if it does not exist.

    One call. Raises botocore errors.
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
