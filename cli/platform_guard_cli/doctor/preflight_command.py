"""`platform-guard preflight`: whether a deployment can work, before anything is deployed."""

import argparse
import sys

from platform_guard_cli.parser import Commands
from platform_guard_cli.settings_options import add_settings_option, read_settings


def add_preflight_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "preflight",
        help="check that make deploy can work: settings, credentials, regions, bootstrap",
        description="Check what a deployment needs. Reads only; make deploy runs it first.",
        epilog="Exit status: 0 it can work, 2 it cannot, and the one line says what to do.",
    )
    add_settings_option(parser, "to deploy")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # The AWS SDK takes long to import, which other commands have no use for.
    from platform_guard_cli.doctor.preflight import check_deployment
    from platform_guard_cli.operator_clients import OperatorClients

    settings = read_settings(options.settings)
    found = check_deployment(settings.deploy.regions, OperatorClients)
    for line in found.unchecked:
        print(f"platform-guard: {line}", file=sys.stderr)
    print(f"Account {found.account}, {', '.join(found.regions)}: ready to deploy to")
    return 0
