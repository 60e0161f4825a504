"""Registries filled with the real images."""

from platform_guard_emulator import LocalAws, push_layout
from tests.support.known_images import known_images

OBSERVED = {"AWS_ACCESS_KEY_ID": "AKIALOCALOBSERVED000", "AWS_SECRET_ACCESS_KEY": "secret"}
"""The credentials whose calls the emulator records."""

# ECR rejects an index whose entries are not manifests that exist: contract E10.
_REJECTED = frozenset(
    {
        "bk0.13-cache-registry-default",
        "bk0.13-cache-registry-im-false-oci-false",
        "bk0.13-cache-registry-im-false-oci-true",
        "bk0.25-cache-registry-im-false-oci-true",
    }
)

CASES = tuple(image for image in known_images() if image.name not in _REJECTED)


def fill_repository(aws: LocalAws, repository: str, *names: str) -> None:
    """Create a repository with some of the real images, each tagged with its name."""
    aws.client("ecr").create_repository(repositoryName=repository)
    for image in CASES:
        if image.name in names:
            push_layout(aws, repository, image.layout, image.name)


def fill_registry(aws: LocalAws, repositories: int) -> None:
    """Distribute all real images over a number of repositories."""
    for number in range(repositories):
        names = [image.name for image in CASES[number::repositories]]
        fill_repository(aws, f"team/app{number}", *names)
