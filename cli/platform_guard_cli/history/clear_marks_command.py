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


class ImageDeletedError(Exception):
    """ECR deleted an image with its mark. No more marks may be removed, in any region."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on an image."""

    image: Reference
    """With the mark as its tag, and with the digest."""
    is_last: bool
    """Whether all tags of the image are marks: ECR deletes an image with its last tag."""

    @property
    def name(self) -> str:
        """Repository and mark."""
        return self.image.short_name


def add_clear_marks_command(commands: Commands) -> None:
    """Add `clear-marks` to the command line."""
    parser = commands.add_parser(
        "clear-marks",
        help="list the guard's marks in Amazon ECR; remove them with --yes",
        description="List the tags that the guard has added to images as marks. With --yes, remove "
        "them. An image without another tag keeps its marks: ECR would delete the image.",
        epilog="Exit status: 0 no marks remain, 1 marks remain, 2 failed.",
    )
    parser.add_argument(
        "--repository", metavar="NAME", help="only this repository (default: all repositories)"
    )
    parser.add_argument("--yes", action="store_true", help="remove the marks")
    add_regions_option(parser, "search")
    add_settings_option(parser, "that was deployed")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # Imported here: other commands do not need the AWS SDK, which loads slowly.
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
            raise UsageError(
                f"clear-marks: Repository {options.repository} not found in {region}."
            ) from error
        except AWS_ERRORS as error:
            raise UsageError(
                f"clear-marks: Call to ECR in {region} failed ({reason_of(error)}). "
                "Check credentials and permissions."
            ) from error

    try:
        remaining, status = for_each_region(resolve_regions(selected_regions(options)), clear)
    except ImageDeletedError as error:
        raise UsageError(f"clear-marks: {error}") from error
    return status or int(any(remaining))


def _clear(ecr: "ECRClient", region: str, options: argparse.Namespace) -> int:
    """Print each mark of a registry and the result. Return the number of remaining marks."""
    remaining = 0
    mark = None
    for mark in marks_in(ecr, options.repository):
        result = "kept: the image has no other tag" if mark.is_last else "found"
        if options.yes and not mark.is_last:
            result = "removed" if remove(ecr, mark) else "kept: the image or its tags have changed"
        remaining += result != "removed"
        print(printable(f"{region} {mark.name} {result}"))
    if mark is None:
        print(f"{region} has no marks")
    return remaining


def marks_in(ecr: "ECRClient", repository: str | None) -> Iterator[Mark]:
    """Yield the marks of a repository, or of all if None. Includes archived images."""
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
    """Remove a mark unless the image or its tags have changed. Return whether it was removed.

    Raises ImageDeletedError if ECR deleted the image with the mark.
    """
    from platform_guard.registry.repository import EcrImages

    images, tag, digest = EcrImages(ecr, mark.image.repository), mark.image.tag, mark.image.digest
    # None for an archived image: ECR does not return its manifest.
    document = images.resolve(replace(mark.image, tag=""))
    try:
        result = remove_mark(images, tag, digest, document)
    except ChangeRefusedError:
        return False
    match result:
        case UntagResult.REMOVED:
            return True
        case UntagResult.NOT_FOUND | UntagResult.LAST_TAG:
            return False
        case UntagResult.RESTORED:
            raise ImageDeletedError(
                f"ECR deleted {mark.name} with its mark. The image and the mark were "
                "restored. No more marks are removed. Run clear-marks again."
            )
        case UntagResult.IMAGE_DELETED:
            raise ImageDeletedError(
                f"ECR deleted {mark.name} ({digest}) with its mark. Push the image again. "
                "No more marks are removed."
            )
        case _:
            assert_never(result)
