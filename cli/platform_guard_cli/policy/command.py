"""`platform-guard policy`: which policy holds for which image, and why."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from platform_guard.settings import Settings
from platform_guard_cli.errors import UsageError
from platform_guard_cli.image_names import ImageName, parse_image_name
from platform_guard_cli.parser import Commands
from platform_guard_cli.policy.rendering import (
    Shown,
    all_as_json,
    all_for_people,
    one_as_json,
    one_for_people,
)
from platform_guard_cli.settings_options import (
    add_policy_option,
    policy_file,
    read_settings,
    settings_file,
    shown,
)

if TYPE_CHECKING:
    from platform_guard_cli.policy.live import LiveRegistry

_CHECK = "check"


def add_policy_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "policy",
        help="show which policy holds for which image, and check a settings file",
        description="Shows the whole policy of a settings file. With an image, shows what holds "
        "for it and where each value comes from. Asks AWS nothing, unless --live is given.",
        epilog="Exit status: 0 shown, or the file is good; 2 the file is wrong, or bad usage.",
    )
    parser.add_argument(
        "target",
        metavar="REPO[:TAG] | check",
        nargs="?",
        help="an image, by default with the tag latest; or check, to check a settings file alone "
        "(a repository that is called check is written check:)",
    )
    parser.add_argument(
        "file", metavar="FILE", nargs="?", type=Path, help="the settings file to check"
    )
    add_policy_option(parser, "show")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--live",
        action="store_true",
        help="read the resource tags of the repository and the rules of pull-through caches as "
        "well, in the account of your AWS credentials; changes nothing",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    target: str | None = options.target
    if target == _CHECK:
        return _check(options)
    if options.file is not None:
        raise UsageError(
            f"policy: {options.file} is one too many; write policy REPO:TAG --policy FILE"
        )
    settings = read_settings(policy_file(options))
    live = _live(_parsed(target) if target else None) if options.live else None
    print(_show_all(options, settings, live) if target is None else _show(options, settings, live))
    return 0


def _check(options: argparse.Namespace) -> int:
    if options.file is not None and options.policy is not None:
        raise UsageError("policy: check takes one file; write policy check FILE")
    if options.live or options.json:
        raise UsageError("policy: check looks at the file alone; leave out --live and --json")
    path: Path = options.file or options.policy or settings_file()
    settings = read_settings(path)
    count = len(settings.policies.rules)
    rules = f"{count} {'rule' if count == 1 else 'rules'} for some repositories"
    print(f"{shown(path)}: good, with {rules if count else 'one policy for all images'}")
    return 0


def _show_all(options: argparse.Namespace, settings: Settings, live: "LiveRegistry | None") -> str:
    prefixes = live.cache_prefixes() if live else None
    render = all_as_json if options.json else all_for_people
    return render(settings.policies, prefixes)


def _show(options: argparse.Namespace, settings: Settings, live: "LiveRegistry | None") -> str:
    target = _parsed(options.target)
    name, tag = target.repository, target.tag
    if live is None:
        effective, prefix = settings.policies.policy_for(name, tag), None
    else:
        effective, prefix = live.policy_for(settings.policies, name, tag), live.cache_prefix(name)
    others = settings.policies.rules_for_other_tags(name, effective.rule)
    render = one_as_json if options.json else one_for_people
    return render(Shown(name, tag, effective, prefix, others))


def _live(target: ImageName | None) -> "LiveRegistry":
    # The AWS SDK takes a fifth of a second to import, which a look at a file has no use for.
    from platform_guard_cli.policy.live import LiveRegistry

    return LiveRegistry.connect(target.region if target else "", target.account if target else "")


def _parsed(text: str) -> ImageName:
    name = parse_image_name(text)
    if name is None:
        raise UsageError(
            f"policy: {text!r} names no image; write REPO or REPO:TAG, such as shop/api:1.4.2"
        )
    return name
