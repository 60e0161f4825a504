"""`platform-guard preflight`: checks before a deployment."""

import argparse
import sys

from platform_guard_cli.parser import Commands
from platform_guard_cli.settings_options import add_settings_option, read_settings


def add_preflight_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "preflight",
        help="check what make deploy needs: settings, credentials, regions, bootstrap",
        description="Checks what a deployment needs. Read-only; make deploy runs it first.",
        epilog="Exit status: 0 ready, 2 not ready; the one line says what to do.",
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
    print(f"Account {found.account}, {', '.join(found.regions)}: ready to deploy")
    return 0
