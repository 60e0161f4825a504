"""Registries that hold the real images, as an account does after years."""

from platform_guard_emulator import LocalAws, push_layout
from tests.support.known_images import known_images

OBSERVED = {"AWS_ACCESS_KEY_ID": "AKIALOCALOBSERVED000", "AWS_SECRET_ACCESS_KEY": "secret"}
"""Whose calls the stand-in records."""

# ECR wants what an index lists to be manifests that it holds: contract E10.
REFUSED = frozenset(
    {
        "bk0.13-cache-registry-default",
        "bk0.13-cache-registry-im-false-oci-false",
        "bk0.13-cache-registry-im-false-oci-true",
        "bk0.25-cache-registry-im-false-oci-true",
    }
)

CASES = tuple(image for image in known_images() if image.name not in REFUSED)


def stock(aws: LocalAws, repository: str, *names: str) -> None:
    """Make a repository with some of the real images, each under a tag of its own name."""
    aws.client("ecr").create_repository(repositoryName=repository)
    for image in CASES:
        if image.name in names:
            push_layout(aws, repository, image.layout, image.name)


def stock_with_all(aws: LocalAws, repositories: int) -> None:
    """Spread all real images over repositories."""
    for number in range(repositories):
        names = [image.name for image in CASES[number::repositories]]
        stock(aws, f"team/app{number}", *names)
