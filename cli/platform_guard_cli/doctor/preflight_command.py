"""Adds `platform-guard preflight`, the checks before a deployment."""

import argparse
import sys

from platform_guard_cli.parser import Commands
from platform_guard_cli.settings_options import add_settings_option, read_settings


def add_preflight_command(commands: Commands) -> None:
    """Add `preflight` to the command line."""
    parser = commands.add_parser(
        "preflight",
        help="check settings, credentials, regions and CDK bootstrap before a deployment",
        description="Check settings, credentials, regions and CDK bootstrap before a deployment. "
        "Read-only. make deploy runs this command first.",
        epilog="Exit status: 0 ready to deploy, 2 not ready. The error says what to do.",
    )
    add_settings_option(parser, "to deploy")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # Imported here: other commands do not need the AWS SDK, which loads slowly.
    from platform_guard_cli.doctor.preflight import check_deployment
    from platform_guard_cli.operator_clients import OperatorClients

    settings = read_settings(options.settings)
    preflight = check_deployment(settings.deploy.regions, OperatorClients)
    for line in preflight.unchecked:
        print(f"platform-guard: {line}", file=sys.stderr)
    print(f"Ready to deploy to account {preflight.account}: {', '.join(preflight.regions)}")
    return 0
