"""`platform-guard policy`: show the policy for an image, or check a guard.toml."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from platform_guard_cli.errors import UsageError
from platform_guard_cli.image_names import ImageName, parse_image_name
from platform_guard_cli.parser import Commands
from platform_guard_cli.policy.rendering import (
    ImagePolicy,
    all_policies_json,
    image_policy_json,
    render_all_policies,
    render_image_policy,
)
from platform_guard_cli.settings_options import (
    add_policy_option,
    display_path,
    policy_file,
    read_settings,
    settings_file,
)
from platform_guard_settings.guard_toml import GuardSettings

if TYPE_CHECKING:
    from platform_guard_cli.policy.live import LiveRegistry

_CHECK = "check"


def add_policy_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "policy",
        help="show the policy for an image, or check a settings file",
        description="Shows all policies in a settings file. With an image, shows the policy for "
        "that image and the origin of each value. Calls AWS only with --live.",
        epilog="Exit status: 0 success; 2 the file is invalid, or bad usage.",
    )
    parser.add_argument(
        "target",
        metavar="REPO[:TAG] | check",
        nargs="?",
        help="an image (default tag: latest), or check to validate a settings file "
        "(for a repository named check, write check:)",
    )
    parser.add_argument(
        "file", metavar="FILE", nargs="?", type=Path, help="the settings file to validate"
    )
    add_policy_option(parser, "show")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--live",
        action="store_true",
        help="also read the resource tags of the repository and the pull-through cache rules, "
        "in the account of your AWS credentials; changes nothing",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    target: str | None = options.target
    if target == _CHECK:
        return _check(options)
    if options.file is not None:
        raise UsageError(
            f"policy: unexpected argument {options.file}; use policy REPO:TAG --policy FILE"
        )
    settings = read_settings(policy_file(options))
    live = _live(_parsed(target) if target else None) if options.live else None
    print(_show_all(options, settings, live) if target is None else _show(options, settings, live))
    return 0


def _check(options: argparse.Namespace) -> int:
    if options.file is not None and options.policy is not None:
        raise UsageError("policy: check accepts one file; use policy check FILE")
    if options.live or options.json:
        raise UsageError("policy: check reads only the file; omit --live and --json")
    path: Path = options.file or options.policy or settings_file()
    settings = read_settings(path)
    count = len(settings.policies.rules)
    rules = f"{count} repository {'rule' if count == 1 else 'rules'}"
    print(f"{display_path(path)}: valid, with {rules if count else 'one policy for all images'}")
    return 0


def _show_all(
    options: argparse.Namespace, settings: GuardSettings, live: "LiveRegistry | None"
) -> str:
    prefixes = live.cache_prefixes() if live else None
    render = all_policies_json if options.json else render_all_policies
    return render(settings.policies, prefixes)


def _show(options: argparse.Namespace, settings: GuardSettings, live: "LiveRegistry | None") -> str:
    target = _parsed(options.target)
    name, tag = target.repository, target.tag
    if live is None:
        effective, prefix = settings.policies.policy_for(name, tag), None
    else:
        effective, prefix = live.policy_for(settings.policies, name, tag), live.cache_prefix(name)
    others = settings.policies.rules_for_other_tags(name, effective.rule)
    render = image_policy_json if options.json else render_image_policy
    return render(ImagePolicy(name, tag, effective, prefix, others))


def _live(target: ImageName | None) -> "LiveRegistry":
    # The AWS SDK takes 0.2 seconds to import and is not needed without --live.
    from platform_guard_cli.policy.live import LiveRegistry

    return LiveRegistry.connect(target.region if target else "", target.account if target else "")


def _parsed(text: str) -> ImageName:
    name = parse_image_name(text)
    if name is None:
        raise UsageError(
            f"policy: invalid image name {text!r}; use REPO or REPO:TAG, such as shop/api:1.4.2"
        )
    return name
