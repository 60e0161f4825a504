"""Finding the images to inspect in an OCI layout or in Amazon ECR."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from platform_guard.oci.reader import Store, StoredDocument
from platform_guard.registry.reference import Reference, parse_reference
from platform_guard.text import printable
from platform_guard_cli.errors import UsageError
from platform_guard_cli.image_names import check_name
from platform_guard_cli.inspect.oci_layout import LayoutError, LayoutReference, OciLayout

_LAYOUT_PREFIX = "oci:"


@dataclass(frozen=True, slots=True)
class Source:
    """An image to inspect, with the store of its other documents."""

    reference: str
    digest: str
    root: StoredDocument | None
    """None if the manifest is listed but missing."""
    store: Store
    errors: tuple[type[Exception], ...]
    """The exceptions of the store for failed reads."""


def find_sources(text: str) -> Iterator[Source]:
    """Yield the images of a SOURCE. Raise UsageError if it is invalid or has no image."""
    if text.startswith(_LAYOUT_PREFIX):
        return _layout_sources(text.removeprefix(_LAYOUT_PREFIX))
    reference = parse_reference(text)
    if reference is None:
        raise UsageError(
            f"invalid source {text!r}; use oci:DIR[:TAG] or "
            "ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY[:TAG|@DIGEST]"
        )
    return _ecr_source(reference)


def _layout_sources(text: str) -> Iterator[Source]:
    directory, tag = _split_tag(text)
    layout = OciLayout(directory)
    listed = _listed(layout)
    selected = [reference for reference in listed if tag in ("", reference.name)]
    if not selected:
        names = sorted({reference.name for reference in listed if reference.name})
        tags = f"its tags are {', '.join(names)}" if names else "it has no tags"
        problem = f"has no image with tag {tag}; {tags}" if tag else "contains no images"
        raise UsageError(printable(f"{directory} {problem}"))
    for reference in selected:
        name = f":{reference.name}" if reference.name else f"@{reference.digest}"
        yield Source(
            f"{_LAYOUT_PREFIX}{directory}{name}",
            reference.digest,
            _root(layout, reference),
            layout,
            errors=(LayoutError,),
        )


def _split_tag(text: str) -> tuple[Path, str]:
    """Split DIR[:TAG]. An existing directory whose name has a colon is not split."""
    directory, colon, tag = text.rpartition(":")
    if not colon or "/" in tag or Path(text).is_dir():
        return Path(text), ""
    return Path(directory), tag


def _listed(layout: OciLayout) -> tuple[LayoutReference, ...]:
    try:
        return layout.references()
    except LayoutError as error:
        raise UsageError(str(error)) from error


def _root(layout: OciLayout, reference: LayoutReference) -> StoredDocument | None:
    try:
        return layout.document(reference.digest, reference.media_type)
    except LayoutError as error:
        raise UsageError(str(error)) from error


def _ecr_source(reference: Reference) -> Iterator[Source]:
    check_name(reference.repository.name, "inspect")
    # boto3 takes 0.2 seconds to import and is not needed for a layout on disk.
    from platform_guard.aws.clients import Clients
    from platform_guard.aws.errors import AWS_ERRORS
    from platform_guard.registry.repository import EcrRepository
    from platform_guard_cli.caller import check_caller

    clients = Clients(reference.repository.region)
    check_caller(clients, "inspect")
    repository = EcrRepository(clients.ecr, reference.repository)
    try:
        root = repository.resolve(reference)
    except AWS_ERRORS as error:
        raise UsageError(f"{reference.uri}: {' '.join(str(error).split())}") from error
    if root is None:
        raise UsageError(f"{reference.uri} does not exist, or its tag names another digest")
    yield Source(reference.uri, root.digest, root, repository, AWS_ERRORS)
