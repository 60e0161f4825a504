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
        description="Deploys the guard into an AWS emulator in this process, sends events to its "
        "event bus, and shows the outcome of each. The emulator has the images that the sample "
        "events in events/ refer to.",
        epilog="Exit status: 0 all events were handled, 1 at least one failed, 2 bad usage.",
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
        help="another OCI image layout, for an event that names its digest; repeatable",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per event")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # moto takes seconds to import, and most commands do not need it.
    from platform_guard_cli.replay.replay import render_json, render_text, replay

    render = render_json if options.json else render_text
    failed = False
    for replayed in replay(options.events, policy_file(options), options.images):
        print(render(replayed), flush=True)
        failed |= replayed.outcome.status == "failed"
    return 1 if failed else 0
