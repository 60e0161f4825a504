"""`platform-guard audit`: evaluates every image in the registry and changes nothing."""

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
"""With --fail-on: what could not be looked at."""

_FORMATS = ("table", "jsonl", "csv", "html")
_FAILURES = tuple(map(str, (*Finding, NoFinding.UNREADABLE, UNAVAILABLE)))


def add_audit_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "audit",
        help="evaluate every tagged image in Amazon ECR",
        description="Judges every tagged image of the account of your AWS credentials. Reads only, "
        "unless --apply is given. Interrupted with Ctrl-C, it goes on where it was when it is run "
        "again: until it has ended it keeps what it found in ecr-platform-guard/ in your cache "
        "folder ($XDG_CACHE_HOME, or ~/.cache).",
        epilog="Exit status: 0 done, whatever was found; 1 something was found that --fail-on "
        "names; 2 could not be done. What could not be seen is named on standard error.",
    )
    parser.add_argument(
        "patterns",
        metavar="REPOSITORY",
        nargs="*",
        help="repositories by name, or with * and ? by pattern, such as 'team/*' (default: all)",
    )
    parser.add_argument(
        "--region",
        metavar="REGION",
        action="append",
        type=region_argument,
        default=[],
        help="may be given several times (default: the region of your AWS credentials)",
    )
    add_policy_option(parser, "evaluate with")
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        default="table",
        help="table: by repository, the worst first; jsonl, csv: every image; "
        "html: a report in one file, for a browser (default: table)",
    )
    parser.add_argument(
        "--output", metavar="FILE", type=Path, help="where to write (default: standard output)"
    )
    parser.add_argument(
        "--fail-on",
        metavar="FINDING",
        action="append",
        default=[],
        choices=_FAILURES,
        help=f"exit with 1 if there is such an image; may be given several times; one of "
        f"{', '.join(_FAILURES)}",
    )
    parser.add_argument(
        "--apply",
        action="store_true",
        help="hand every finding that the policy has a remedy for to the deployed guard, which "
        "evaluates each again with its own settings",
    )
    add_stack_option(parser, "with --apply: the stack that holds the guard")
    again = parser.add_mutually_exclusive_group()
    again.add_argument(
        "--resume",
        action="store_true",
        help="go on with an interrupted audit, or with what one has found that could not write it "
        "or hand it over; or do nothing",
    )
    again.add_argument(
        "--restart", action="store_true", help="start over instead of resuming an interrupted audit"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    policies = read_settings(policy_file(options)).policies
    # The AWS SDK and rich take long to import, which other commands have no use for.
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
            raise UsageError(f"{error}; --resume goes on with what was found") from error
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
        tally.trouble or tally.unavailable for tally in tallies
    )
    return 1 if failed or unavailable else 0
