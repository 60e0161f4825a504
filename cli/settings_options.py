"""The settings file that a command works by, as its caller names it."""

import argparse
import os
from pathlib import Path

from cli.errors import UsageError
from cli.paths import REPOSITORY_ROOT
from platform_guard.policies import Policies
from platform_guard.settings import GUARD_FILE, Settings, SettingsError, load_settings

REPOSITORY_SETTINGS = REPOSITORY_ROOT / GUARD_FILE
"""The settings of this repository."""


def add_settings_option(parser: argparse.ArgumentParser, which: str) -> None:
    """Let the caller name the settings of a deployment. `which` continues "the guard.toml"."""
    parser.add_argument(
        "--settings",
        metavar="FILE",
        type=Path,
        default=Path(os.environ.get("GUARD_TOML", REPOSITORY_SETTINGS)),
        help=f"the guard.toml {which} (default: $GUARD_TOML, or that of the repository)",
    )


def add_stand_in_policy_option(parser: argparse.ArgumentParser) -> None:
    """Let the caller name the settings to deploy into the stand-in with."""
    parser.add_argument(
        "--policy",
        metavar="FILE",
        type=Path,
        default=REPOSITORY_SETTINGS,
        help="the guard.toml to deploy with (default: the one of this repository)",
    )


def add_policy_option(parser: argparse.ArgumentParser) -> None:
    """Let the caller name the settings to judge images by; None stands for the defaults."""
    parser.add_argument(
        "--policy",
        metavar="FILE",
        type=Path,
        help="a guard.toml (default: the guard's defaults, which require linux/amd64)",
    )


def read_settings(file: Path) -> Settings:
    """Read a settings file. Raises UsageError with the mistake in it."""
    try:
        return load_settings(file)
    except SettingsError as error:
        raise UsageError(str(error)) from error


def read_policies(file: Path | None) -> Policies:
    """Read the policies of a settings file; None: the defaults. Raises UsageError."""
    return Policies() if file is None else read_settings(file).policies
