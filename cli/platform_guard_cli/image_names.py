"""Names of images as people write them: REPO, REPO:TAG, or in full as `docker` does."""

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
    """A repository and a tag. Account and region are empty where they are not named."""

    repository: str
    tag: str
    account: str = ""
    region: str = ""


def parse_image_name(text: str) -> ImageName | None:
    """Read a name, with the tag latest where it has none; None where it is no name."""
    reference = parse_reference(text)
    if reference is not None and reference.tag:
        where = reference.repository
        return ImageName(where.name, reference.tag, where.account, where.region)
    match = re.fullmatch(_NAME, text)
    return ImageName(match["repository"], match["tag"] or "latest") if match else None


def check_name(repository: str, what: str) -> None:
    """Raise UsageError where ECR has no such names. `what` is the command that it is for."""
    # ECR API, CreateRepository, repositoryName.
    if not 2 <= len(repository) <= 256:
        raise UsageError(
            f"{what}: ECR has no repository {repository}: names have 2 to 256 characters"
        )
