"""The settings file that a command works by, as its caller names it."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from platform_guard.policy.rules import Policies
from platform_guard.settings import GUARD_FILE, Settings, SettingsError, load_settings
from platform_guard_cli.errors import UsageError
from platform_guard_cli.paths import REPOSITORY_ROOT

_REPOSITORY_SETTINGS = REPOSITORY_ROOT / GUARD_FILE

_DEFAULT = "default: $GUARD_TOML, or that of the repository"


def add_settings_option(parser: argparse.ArgumentParser, which: str) -> None:
    """Let the caller name the settings of a deployment. `which` continues "the guard.toml"."""
    parser.add_argument(
        "--settings",
        metavar="FILE",
        type=Path,
        default=settings_file(),
        help=f"the guard.toml {which} ({_DEFAULT})",
    )


def add_policy_option(parser: argparse.ArgumentParser, action: str) -> None:
    """Let the caller name the settings to judge by. `action` is what is done with them."""
    parser.add_argument(
        "--policy", metavar="FILE", type=Path, help=f"the guard.toml to {action} ({_DEFAULT})"
    )


def settings_file() -> Path:
    """Give the settings file of whoever names none."""
    return Path(os.environ.get("GUARD_TOML") or _REPOSITORY_SETTINGS)


def policy_file(options: argparse.Namespace) -> Path:
    """Give the settings file to judge by.

    One that the caller did not name is said where it judges otherwise than the defaults do. Raises
    UsageError with a mistake in it.
    """
    named: Path | None = options.policy
    if named is not None:
        return named
    file = settings_file()
    policies = read_settings(file).policies
    if replace(policies, stated=frozenset()) != Policies():
        print(f"platform-guard: by the settings in {shown(file)}", file=sys.stderr)
    return file


def shown(file: Path) -> str:
    """Give the name of a file, as short as it is from here."""
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def regions_of(options: argparse.Namespace) -> Sequence[str]:
    """Give the regions that the caller names, or else those of the settings; may be none."""
    named: Sequence[str] = options.region
    return named or read_settings(options.settings).deploy.regions


def read_settings(file: Path) -> Settings:
    """Read a settings file. Raises UsageError with the mistake in it."""
    if file == _REPOSITORY_SETTINGS and not file.exists():
        # An installed guard comes without a file of its own.
        return Settings()
    try:
        return load_settings(file)
    except SettingsError as error:
        raise UsageError(str(error)) from error
