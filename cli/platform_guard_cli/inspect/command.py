"""`platform-guard inspect`: evaluate images in an OCI layout or in Amazon ECR, read-only."""

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
from platform_guard_cli.inspect.policy import policy_for_source
from platform_guard_cli.inspect.sources import Source, find_sources
from platform_guard_cli.parser import Commands
from platform_guard_cli.settings_options import add_policy_option, policy_file, read_settings


@dataclass(frozen=True, slots=True)
class InspectionResult:
    """An image and its verdict."""

    reference: str
    image: Image
    verdict: Verdict


def add_inspect_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "inspect",
        help="evaluate the images of an OCI layout, or an image in Amazon ECR",
        description="Evaluate images against a policy. Read-only.",
        epilog="Exit status: 0 nothing to act on, 1 a finding, 2 could not be evaluated.",
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="an OCI image layout, oci:DIR[:TAG] (without a tag: every image in its index.json); "
        "or ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY[:TAG|@DIGEST]",
    )
    parser.add_argument(
        "--platform",
        metavar="P",
        action="append",
        default=[],
        help="a required platform, such as linux/arm64; repeat the option to require several "
        "(default: the platforms that the policy requires)",
    )
    add_policy_option(parser, "evaluate against")
    parser.add_argument(
        "--as",
        metavar="REPO[:TAG]",
        dest="pushed_as",
        help="the repository and tag that the image will be pushed to, which select the rule "
        "(default: its name in Amazon ECR; the default policy for a layout)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    policy = _policy(options)
    if policy.caveat:
        print(f"platform-guard: inspect: could not check {policy.caveat}", file=sys.stderr)
    is_json: bool = options.json
    status = 0
    for inspected in inspect(options.source, policy):
        print(render_json_line(inspected) if is_json else render_text(inspected))
        status = max(status, _exit_status(inspected.verdict))
    return status


def inspect(source: str, policy: Policy) -> Iterator[InspectionResult]:
    """Evaluate each image of a source. Raise UsageError if there is none or it cannot be read."""
    request = ReadRequest(policy.required_platforms, policy.verify_config)
    for item in find_sources(source):
        image = _read(item, request)
        yield InspectionResult(item.reference, image, evaluate(image, policy))


def _read(source: Source, request: ReadRequest) -> Image:
    if source.root is None:
        return Image(source.digest, Kind.UNREADABLE, unreadable_reason="it is missing")
    try:
        return read_image(source.root, source.store, request, time.monotonic)
    except source.errors as error:
        raise UsageError(f"{source.reference}: {' '.join(str(error).split())}") from error


def render_json_line(inspected: InspectionResult) -> str:
    """Return a result as a JSON object on one line."""
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


def render_text(inspected: InspectionResult) -> str:
    """Return a result as a paragraph of text."""
    lines = [
        f"{inspected.reference}: {inspected.verdict.name}",
        f"  {inspected.verdict.reason}",
        *(f"    {item}" for item in inspected.verdict.evidence),
    ]
    return "\n".join(printable(line).rstrip() for line in lines)


def _policy(options: argparse.Namespace) -> Policy:
    policies = read_settings(policy_file(options)).policies
    policy = policy_for_source(policies, options.source, options.pushed_as)
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
