"""`platform-guard clear-marks`: take the guard's marks out of Amazon ECR again."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.errors import UsageError
from cli.parser import Commands
from platform_guard.marks import is_mark
from platform_guard.texts import printable

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark on an image."""

    repository: str
    tag: str
    digest: str
    is_last: bool
    """Whether the image has no tag that is not a mark, and would go with its marks."""


def add_clear_marks_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "clear-marks",
        help="list the guard's marks in Amazon ECR, and remove them with --yes",
        description="List the marks that the guard has added to images. With --yes they are "
        "removed, but for those of an image without another tag, which ECR would delete.",
        epilog="Exit status: 0 done, 1 marks are left, 2 could not be done.",
    )
    parser.add_argument("--repository", metavar="NAME", help="only here (default: everywhere)")
    parser.add_argument(
        "--region", metavar="REGION", help="in this region (default: that of your credentials)"
    )
    parser.add_argument("--yes", action="store_true", help="remove them")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # The AWS SDK takes long to import, which other commands have no use for.
    from cli.operator_clients import OperatorClients
    from cli.preflight import regions_to_use
    from platform_guard.aws.errors import AWS_ERRORS, reason_of

    (region,) = regions_to_use([options.region] if options.region else [], OperatorClients)
    ecr = OperatorClients(region).ecr
    left = 0
    try:
        for mark in marks_in(ecr, options.repository):
            word = "kept, the image has no other tag" if mark.is_last else "found"
            if options.yes and not mark.is_last:
                word = "removed" if remove(ecr, mark) else "kept, it has changed meanwhile"
            left += word != "removed"
            print(printable(f"{mark.repository}:{mark.tag} {word}"))
    except AWS_ERRORS as error:
        raise UsageError(f"clear-marks: ECR in {region} refuses ({reason_of(error)})") from error
    return 1 if left else 0


def marks_in(ecr: "ECRClient", repository: str | None) -> Iterator[Mark]:
    """Yield every mark of a registry, or of one repository, those of archived images among them."""
    for name in [repository] if repository else _repositories(ecr):
        pages = ecr.get_paginator("describe_images").paginate(
            repositoryName=name, filter={"tagStatus": "TAGGED", "imageStatus": "ANY"}
        )
        for page in pages:
            for image in page["imageDetails"]:
                tags = image.get("imageTags", [])
                is_last = all(map(is_mark, tags))
                for tag in filter(is_mark, tags):
                    yield Mark(name, tag, image["imageDigest"], is_last)


def _repositories(ecr: "ECRClient") -> Iterator[str]:
    for page in ecr.get_paginator("describe_repositories").paginate():
        for repository in page["repositories"]:
            yield repository["repositoryName"]


def remove(ecr: "ECRClient", mark: Mark) -> bool:
    """Remove a mark, unless the image or its tags have changed; tell whether it is gone."""
    if not _has_other_tag(ecr, mark):
        return False
    answer = ecr.batch_delete_image(
        repositoryName=mark.repository,
        imageIds=[{"imageTag": mark.tag, "imageDigest": mark.digest}],
    )
    return not answer.get("failures")


def _has_other_tag(ecr: "ECRClient", mark: Mark) -> bool:
    """Look right before the deed: the listing may be minutes old, and a last tag takes its image.

    ECR has no condition on the other tags, so that moments remain.
    """
    try:
        answer = ecr.describe_images(
            repositoryName=mark.repository,
            imageIds=[{"imageDigest": mark.digest}],
            filter={"imageStatus": "ANY"},
        )
    except ecr.exceptions.ImageNotFoundException:
        return False
    tags = [tag for image in answer["imageDetails"] for tag in image.get("imageTags", [])]
    return not all(map(is_mark, tags))
