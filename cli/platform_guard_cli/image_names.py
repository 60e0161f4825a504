"""Image names as people write them: REPO, REPO:TAG, or the full name that `docker` takes."""

import re
from dataclasses import dataclass

from platform_guard.registry.reference import parse_reference
from platform_guard_cli.errors import UsageError

# The grammar of the ECR API, CreateRepository, and of the distribution specification's tags.
_NAME = (
    r"(?P<repository>(?:[a-z0-9]+(?:[._-]+[a-z0-9]+)*/)*[a-z0-9]+(?:[._-]+[a-z0-9]+)*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?)?"
)


@dataclass(frozen=True, slots=True)
class ImageName:
    """A repository and a tag. Account and region are empty if the name does not include them."""

    repository: str
    tag: str
    account: str = ""
    region: str = ""


def parse_image_name(text: str) -> ImageName | None:
    """Parse an image name. The tag defaults to `latest`. Return None if the name is invalid."""
    reference = parse_reference(text)
    if reference is not None and reference.tag:
        where = reference.repository
        return ImageName(where.name, reference.tag, where.account, where.region)
    match = re.fullmatch(_NAME, text)
    return ImageName(match["repository"], match["tag"] or "latest") if match else None


def check_name(repository: str, command: str) -> None:
    """Raise UsageError if ECR rejects a repository name. `command` begins the message."""
    # ECR API, CreateRepository, repositoryName.
    if not 2 <= len(repository) <= 256:
        raise UsageError(
            f"{command}: Invalid repository name '{repository}'. "
            "ECR names have 2 to 256 characters."
        )
