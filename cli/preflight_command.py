"""`platform-guard preflight`: whether a deployment can work, before anything is deployed."""

import argparse
import os
import sys
from pathlib import Path

from cli.errors import UsageError
from cli.operator_clients import OperatorClients
from cli.parser import Commands
from cli.paths import REPOSITORY_ROOT
from cli.preflight import check_deployment
from platform_guard.settings import GUARD_FILE, SettingsError, load_settings


def add_preflight_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "preflight",
        help="check that make deploy can work: settings, credentials, regions, bootstrap",
        description="Check what a deployment needs. Reads only; make deploy runs it first.",
        epilog="Exit status: 0 it can work, 2 it cannot, and the one line says what to do.",
    )
    parser.add_argument(
        "--settings",
        metavar="FILE",
        type=Path,
        default=Path(os.environ.get("GUARD_TOML", REPOSITORY_ROOT / GUARD_FILE)),
        help="the guard.toml to deploy (default: $GUARD_TOML, or that of the repository)",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        settings = load_settings(options.settings)
    except SettingsError as error:
        raise UsageError(str(error)) from error
    found = check_deployment(settings.deploy.regions, OperatorClients)
    for line in found.unchecked:
        print(f"platform-guard: {line}", file=sys.stderr)
    print(f"Account {found.account}, {', '.join(found.regions)}: ready to deploy to")
    return 0
