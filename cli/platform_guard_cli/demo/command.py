"""`platform-guard demo`: the whole story on the stand-in, without an AWS account."""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from platform_guard_cli.parser import Commands


def add_demo_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "demo",
        help="tell the whole story on an embedded stand-in for AWS",
        description="Deploys the guard into a stand-in for AWS inside of this process, pushes real "
        "images, and shows for each what arrived, what the guard made of it, what it did to the "
        "repository, and the alert that a person gets. Needs no AWS account.",
    )
    parser.set_defaults(run=_run)


def _run(_: argparse.Namespace) -> int:
    # moto and rich take seconds to import, which other commands have no use for.
    from rich.console import Console

    from platform_guard_cli.demo.story import tell_story

    with TemporaryDirectory() as folder:
        default_settings = Path(folder, "guard.toml")
        default_settings.touch()
        tell_story(default_settings, Console(highlight=False, soft_wrap=True))
    return 0
