"""`platform-guard replay`: what the deployed guard would do with an event."""

import argparse
from pathlib import Path

from platform_guard_cli.parser import Commands
from platform_guard_cli.settings_options import add_policy_option, policy_file


def add_replay_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "replay",
        help="show what the deployed guard would do with an event",
        description="Deploys the guard into a stand-in for AWS inside of this process, puts events "
        "on its bus, and shows what becomes of each. The stand-in holds the images that the "
        "events in events/ name.",
        epilog="Exit status: 0 all events were handled, 1 one of them failed, 2 bad usage.",
    )
    parser.add_argument("events", metavar="EVENT.json", nargs="+", type=Path)
    add_policy_option(parser, "deploy with")
    parser.add_argument(
        "--image",
        metavar="DIR",
        dest="images",
        action="append",
        default=[],
        type=Path,
        help="an OCI image layout that the stand-in holds as well, where an event names its digest",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object an event")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # moto takes seconds to import, which other commands have no use for.
    from platform_guard_cli.replay.replay import as_json, for_people, replay

    render = as_json if options.json else for_people
    failed = False
    for replayed in replay(options.events, policy_file(options), options.images):
        print(render(replayed), flush=True)
        failed |= replayed.outcome.word == "failed"
    return 1 if failed else 0
