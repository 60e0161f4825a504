"""Options that name the settings file of a command."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from platform_guard.policy.rules import Policies
from platform_guard_cli.errors import UsageError
from platform_guard_cli.paths import REPOSITORY_ROOT
from platform_guard_settings.guard_toml import (
    GUARD_FILE,
    GuardSettings,
    SettingsError,
    load_settings,
)

_REPOSITORY_SETTINGS = REPOSITORY_ROOT / GUARD_FILE

_DEFAULT = "default: $GUARD_TOML, or the guard.toml of the repository"


def add_settings_option(parser: argparse.ArgumentParser, which: str) -> None:
    """Add `--settings`, the settings of a deployment. `which` continues "the guard.toml"."""
    parser.add_argument(
        "--settings",
        metavar="FILE",
        type=Path,
        default=settings_file(),
        help=f"the guard.toml {which} ({_DEFAULT})",
    )


def add_policy_option(parser: argparse.ArgumentParser, action: str) -> None:
    """Add `--policy`, the settings to evaluate by. `action` says what they are used for."""
    parser.add_argument(
        "--policy", metavar="FILE", type=Path, help=f"the guard.toml to {action} ({_DEFAULT})"
    )


def settings_file() -> Path:
    """Return the settings file to use when none is named on the command line."""
    return Path(os.environ.get("GUARD_TOML") or _REPOSITORY_SETTINGS)


def policy_file(options: argparse.Namespace) -> Path:
    """Return the settings file to evaluate by.

    If the command line names none and the file's policies differ from the defaults, standard error
    names the file. Raises UsageError if the file is invalid.
    """
    named: Path | None = options.policy
    if named is not None:
        return named
    file = settings_file()
    policies = read_settings(file).policies
    if replace(policies, stated=frozenset()) != Policies():
        print(f"platform-guard: using the settings in {display_path(file)}", file=sys.stderr)
    return file


def display_path(file: Path) -> str:
    """Return the path of a file, relative to the current folder if the file is in it."""
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def selected_regions(options: argparse.Namespace) -> Sequence[str]:
    """Return the regions of `--region`, or else those of the settings. May be empty."""
    named: Sequence[str] = options.region
    return named or read_settings(options.settings).deploy.regions


def read_settings(file: Path) -> GuardSettings:
    """Read a settings file. Raises UsageError if it is invalid."""
    if file == _REPOSITORY_SETTINGS and not file.exists():
        # An installed package does not include a guard.toml.
        return GuardSettings()
    try:
        return load_settings(file)
    except SettingsError as error:
        raise UsageError(str(error)) from error
