"""`platform-guard clear-marks`: removes the guard's marks from Amazon ECR."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from platform_guard.registry.images import ChangeRefusedError
from platform_guard.registry.mark import is_mark
from platform_guard.registry.mark_removal import UntagResult, remove_mark
from platform_guard.registry.reference import Reference, Repository
from platform_guard.text import printable
from platform_guard_cli.deployment_options import add_regions_option
from platform_guard_cli.errors import UsageError
from platform_guard_cli.image_names import check_name
from platform_guard_cli.parser import Commands
from platform_guard_cli.settings_options import add_settings_option, selected_regions

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


class ImageWentError(Exception):
    """An image was deleted with its mark. Nothing more may be removed, in any region."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on an image."""

    image: Reference
    """With the mark as its tag, and the digest."""
    is_last: bool
    """Whether the image has only marks, so that removing them would delete it."""

    @property
    def name(self) -> str:
        """Repository and mark."""
        return self.image.short_name


def add_clear_marks_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "clear-marks",
        help="list the guard's marks in Amazon ECR, and remove them with --yes",
        description="List the marks that the guard has added to images. With --yes they are "
        "removed, except those of an image without another tag, which ECR would delete.",
        epilog="Exit status: 0 done, 1 some marks remain, 2 failed.",
    )
    parser.add_argument("--repository", metavar="NAME", help="only this repository (default: all)")
    parser.add_argument("--yes", action="store_true", help="remove them")
    add_regions_option(parser, "work")
    add_settings_option(parser, "that was deployed")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # The AWS SDK takes long to import, which other commands have no use for.
    from platform_guard.aws.errors import AWS_ERRORS, reason_of
    from platform_guard_cli.operator_clients import OperatorClients
    from platform_guard_cli.regions import for_each_region, resolve_regions

    if options.repository is not None:
        check_name(options.repository, "clear-marks")

    def clear(region: str) -> int:
        ecr = OperatorClients(region).ecr
        try:
            return _clear(ecr, region, options)
        except ecr.exceptions.RepositoryNotFoundException as error:
            raise UsageError(f"clear-marks: repository not found in {region}") from error
        except AWS_ERRORS as error:
            reason = reason_of(error)
            raise UsageError(
                f"clear-marks: ECR in {region} rejected the call ({reason})"
            ) from error

    try:
        left, status = for_each_region(resolve_regions(selected_regions(options)), clear)
    except ImageWentError as error:
        raise UsageError(f"clear-marks: {error}") from error
    return status or int(any(left))


def _clear(ecr: "ECRClient", region: str, options: argparse.Namespace) -> int:
    """Print each mark of a registry and what was done; return how many remain."""
    left = 0
    mark = None
    for mark in marks_in(ecr, options.repository):
        word = "kept, the image has no other tag" if mark.is_last else "found"
        if options.yes and not mark.is_last:
            word = "removed" if remove(ecr, mark) else "kept, it has changed meanwhile"
        left += word != "removed"
        print(printable(f"{region} {mark.name} {word}"))
    if mark is None:
        print(f"{region} has no marks")
    return left


def marks_in(ecr: "ECRClient", repository: str | None) -> Iterator[Mark]:
    """Yield every mark of a registry or repository, including marks of archived images."""
    for name in [repository] if repository else _repositories(ecr):
        pages = ecr.get_paginator("describe_images").paginate(
            repositoryName=name, filter={"tagStatus": "TAGGED", "imageStatus": "ANY"}
        )
        for page in pages:
            for image in page["imageDetails"]:
                tags = image.get("imageTags", [])
                is_last = all(map(is_mark, tags))
                place = Repository(image["registryId"], ecr.meta.region_name, name)
                for tag in filter(is_mark, tags):
                    yield Mark(Reference(place, tag, image["imageDigest"]), is_last)


def _repositories(ecr: "ECRClient") -> Iterator[str]:
    for page in ecr.get_paginator("describe_repositories").paginate():
        for repository in page["repositories"]:
            yield repository["repositoryName"]


def remove(ecr: "ECRClient", mark: Mark) -> bool:
    """Remove a mark unless the image or its tags have changed. Return whether it is gone.

    Raises ImageWentError if the image was deleted with it.
    """
    from platform_guard.registry.repository import EcrImages

    images, tag, digest = EcrImages(ecr, mark.image.repository), mark.image.tag, mark.image.digest
    # Of an archived image ECR gives no manifest.
    document = images.resolve(replace(mark.image, tag=""))
    try:
        fate = remove_mark(images, tag, digest, document)
    except ChangeRefusedError:
        return False
    match fate:
        case UntagResult.REMOVED:
            return True
        case UntagResult.NOT_FOUND | UntagResult.LAST_TAG:
            return False
        case UntagResult.RESTORED:
            raise ImageWentError(
                f"ECR deleted {mark.name} with its mark; it was stored again, with "
                "the mark, and nothing more is removed. Try again if its tags were just moved"
            )
        case UntagResult.IMAGE_DELETED:
            raise ImageWentError(
                f"ECR deleted {mark.name} with its mark, {digest}; push it again. "
                "Nothing more is removed"
            )
        case _:
            assert_never(fate)
