"""`platform-guard inspect`: judge images in a layout on disk or in Amazon ECR, changing nothing."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from platform_guard.oci.image import Image, Kind
from platform_guard.oci.platforms import Platform
from platform_guard.oci.reader import ReadRequest, read_image
from platform_guard.policy.evaluation import evaluate
from platform_guard.policy.policy import PlatformRule, Policy
from platform_guard.policy.required_platforms import parse_required_platform
from platform_guard.policy.verdict import Finding, NoFinding, Verdict
from platform_guard.text import printable
from platform_guard_cli.errors import UsageError
from platform_guard_cli.inspect.policy import policy_of_source
from platform_guard_cli.inspect.sources import Source, sources_of
from platform_guard_cli.parser import Commands
from platform_guard_cli.settings_options import add_policy_option, policy_file, read_settings


@dataclass(frozen=True, slots=True)
class Inspected:
    """An image and its verdict."""

    reference: str
    image: Image
    verdict: Verdict


def add_inspect_command(
    commands: Commands,
) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "inspect",
        help="judge the images of a layout on disk, or one in Amazon ECR",
        description="Judge images against a policy. Reads only, and changes nothing.",
        epilog="Exit status: 0 nothing to act on, 1 a finding, 2 could not be judged.",
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="oci:DIR[:TAG], an OCI image layout, without a tag all that its index.json lists; "
        "or ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY[:TAG|@DIGEST]",
    )
    parser.add_argument(
        "--platform",
        metavar="P",
        action="append",
        default=[],
        help="a platform it must run on, such as linux/arm64; may be given several times, "
        "and then it must run on all of them (default: what the policy requires)",
    )
    add_policy_option(parser, "judge by")
    parser.add_argument(
        "--as",
        metavar="REPO[:TAG]",
        dest="pushed_as",
        help="judge by the rule for this repository and tag, as which the image is to be pushed "
        "(default: its own name in Amazon ECR; a layout has none)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    policy = _policy(options)
    if policy.caveat:
        print(f"platform-guard: inspect: it could not be checked {policy.caveat}", file=sys.stderr)
    is_json: bool = options.json
    status = 0
    for inspected in inspect(options.source, policy):
        print(render_json_line(inspected) if is_json else render_for_people(inspected))
        status = max(status, _exit_status(inspected.verdict))
    return status


def inspect(source: str, policy: Policy) -> Iterator[Inspected]:
    """Judge each image that a source names. Raises UsageError where it names none."""
    wanted = ReadRequest(policy.required_platforms, policy.verify_config)
    for found in sources_of(source):
        image = _read(found, wanted)
        yield Inspected(found.reference, image, evaluate(image, policy))


def _read(source: Source, wanted: ReadRequest) -> Image:
    if source.root is None:
        return Image(source.digest, Kind.UNREADABLE, unreadable_because="it is not there")
    try:
        return read_image(source.root, source.store, wanted, time.monotonic)
    except source.errors as error:
        raise UsageError(f"{source.reference}: {' '.join(str(error).split())}") from error


def render_json_line(inspected: Inspected) -> str:
    """Render one image as a JSON object on one line."""
    return json.dumps(
        {
            "reference": inspected.reference,
            "digest": inspected.image.digest,
            "kind": inspected.image.kind,
            "platforms": list(inspected.image.platforms),
            "verdict": inspected.verdict.name,
            "reason": inspected.verdict.reason,
            "evidence": [asdict(item) for item in inspected.verdict.evidence],
        }
    )


def render_for_people(inspected: Inspected) -> str:
    """Render one image as a paragraph."""
    lines = [
        f"{inspected.reference}: {inspected.verdict.name}",
        f"  {inspected.verdict.reason}",
        *(f"    {item}" for item in inspected.verdict.evidence),
    ]
    return "\n".join(printable(line).rstrip() for line in lines)


def _policy(options: argparse.Namespace) -> Policy:
    policies = read_settings(policy_file(options)).policies
    policy = policy_of_source(policies, options.source, options.pushed_as)
    if not options.platform:
        return policy
    platforms = tuple(map(_platform, options.platform))
    return replace(policy, required_platforms=platforms, platform_rule=PlatformRule.ALL)


def _platform(specifier: str) -> Platform:
    try:
        return parse_required_platform(specifier)
    except ValueError as error:
        raise UsageError(f"--platform: {error}") from error


def _exit_status(verdict: Verdict) -> int:
    match verdict.name:
        case NoFinding.COMPLIANT | NoFinding.NOT_AN_IMAGE:
            return 0
        case Finding():
            return 1
        case NoFinding.UNREADABLE:
            return 2
