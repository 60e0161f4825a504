"""`platform-guard demo`: an end-to-end demo on the local emulator, without an AWS account."""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from platform_guard_cli.parser import Commands


def add_demo_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "demo",
        help="run an end-to-end demo on a local AWS emulator",
        description="Deploys the guard into an AWS emulator in this process and pushes real "
        "images. For each push it shows the events, the verdict, the remedy, the tags in the "
        "repository and the alert. Needs no AWS account.",
    )
    parser.set_defaults(run=_run)


def _run(_: argparse.Namespace) -> int:
    # moto and rich take seconds to import, and no other command needs both.
    from rich.console import Console

    from platform_guard_cli.demo.story import run_demo

    with TemporaryDirectory() as folder:
        default_settings = Path(folder, "guard.toml")
        default_settings.touch()
        run_demo(default_settings, Console(highlight=False, soft_wrap=True))
    return 0
