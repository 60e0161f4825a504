"""`platform-guard audit`: evaluates every tagged image in Amazon ECR."""

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from platform_guard.policy.verdict import Finding, NoFinding
from platform_guard_cli.deployment_options import add_stack_option, region_argument
from platform_guard_cli.errors import UsageError
from platform_guard_cli.parser import Commands
from platform_guard_cli.settings_options import add_policy_option, policy_file, read_settings

if TYPE_CHECKING:
    from platform_guard.policy.rules import Policies
    from platform_guard_cli.audit.apply import Guard
    from platform_guard_cli.audit.journal import AuditJournal

UNAVAILABLE = "unseen"
"""The --fail-on value for images and repositories that could not be read."""

_FORMATS = ("table", "jsonl", "csv", "html")
_FAIL_ON_CHOICES = tuple(map(str, (*Finding, NoFinding.UNREADABLE, UNAVAILABLE)))


def add_audit_command(commands: Commands) -> None:
    """Add `audit` to the command line."""
    parser = commands.add_parser(
        "audit",
        help="evaluate every tagged image in Amazon ECR",
        description="Evaluate every tagged image in the account of your AWS credentials. "
        "Read-only without --apply. An interrupted audit resumes with the next run. Until then, "
        "its results are kept in the folder ecr-platform-guard of your cache folder "
        "($XDG_CACHE_HOME, or ~/.cache).",
        epilog="Exit status: 0 the audit is complete, even with findings; 1 an image has a verdict "
        "that --fail-on names; 2 the audit failed. Images and repositories that could not be read "
        "are listed on standard error.",
    )
    parser.add_argument(
        "patterns",
        metavar="REPOSITORY",
        nargs="*",
        help="a repository name, or a pattern with * and ?, such as 'team/*' (default: all "
        "repositories)",
    )
    parser.add_argument(
        "--region",
        metavar="REGION",
        action="append",
        type=region_argument,
        default=[],
        help="audit this region; repeatable (default: the region of your AWS credentials)",
    )
    add_policy_option(parser, "evaluate with")
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        default="table",
        help="table: the repositories with findings, worst first; jsonl, csv: one line per image; "
        "html: a self-contained report (default: table)",
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        type=Path,
        help="write the results to this file (default: standard output)",
    )
    parser.add_argument(
        "--fail-on",
        metavar="FINDING",
        action="append",
        default=[],
        choices=_FAIL_ON_CHOICES,
        help="exit with status 1 if an image has this verdict, or with unseen, if an image or "
        f"repository could not be read; repeatable; one of {', '.join(_FAIL_ON_CHOICES)}",
    )
    parser.add_argument(
        "--apply",
        action="store_true",
        help="send every finding with a remedy to the deployed guard, which evaluates the image "
        "again with its own settings",
    )
    add_stack_option(parser, "with --apply, the CloudFormation stack of the guard")
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument(
        "--resume",
        action="store_true",
        help="resume an interrupted audit, or write and send the results of one that could not; "
        "fail if there is none",
    )
    existing.add_argument(
        "--restart", action="store_true", help="start over instead of resuming an interrupted audit"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    policies = read_settings(policy_file(options)).policies
    # Imported here: other commands do not need rich and the AWS SDK, which load slowly.
    from platform_guard_cli.audit.journal_file import journal_file, open_journal
    from platform_guard_cli.audit.output import check_output, write_output
    from platform_guard_cli.audit.registry import open_registries
    from platform_guard_cli.audit.session import audit

    if options.output is not None:
        check_output(options.output)
    registries = open_registries(tuple(dict.fromkeys(options.region)))
    guards = _guards(registries.regions, options.stack) if options.apply else {}
    file = journal_file(
        registries.account, registries.regions, options.patterns, policies, os.environ
    )
    with open_journal(file, restart=options.restart, resume=options.resume) as journal:
        audit(journal, registries, options.patterns, policies)
        try:
            write_output(journal, options.format, options.output)
            _enqueue_for_remediation(journal, guards, policies)
        except UsageError as error:
            raise UsageError(
                f"{error} The results are kept: run audit again with --resume."
            ) from error
        return _exit_status(journal, options.fail_on)


def _guards(regions: Sequence[str], stack: str) -> "dict[str, Guard]":
    from platform_guard_cli.audit.apply import find_guard

    return {region: find_guard(region, stack) for region in regions}


def _enqueue_for_remediation(
    journal: "AuditJournal", guards: "Mapping[str, Guard]", policies: "Policies"
) -> None:
    if guards:
        from platform_guard_cli.audit.apply import enqueue_findings

        enqueue_findings(journal, guards, policies)


def _exit_status(journal: "AuditJournal", fail_on: list[str]) -> int:
    tallies = journal.tallies()
    failed = any(tally.verdicts.get(name) for tally in tallies for name in fail_on)
    unavailable = UNAVAILABLE in fail_on and any(
        tally.problem or tally.unavailable for tally in tallies
    )
    return 1 if failed or unavailable else 0
