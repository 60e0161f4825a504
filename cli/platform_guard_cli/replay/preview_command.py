"""`platform-guard preview`: the alert about an event as each channel shows it."""

import argparse
from pathlib import Path

from platform_guard_cli.errors import UsageError
from platform_guard_cli.parser import Commands
from platform_guard_cli.settings_options import add_policy_option, policy_file


def add_preview_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "preview",
        help="show the alert about an event as each channel displays it",
        description="Replays an event as `replay` does, and shows its alert as displayed by Slack, "
        "Amazon Q, email and a text message. Needs no AWS account and sends nothing.",
        epilog="Exit status: 0 shown, 1 the event causes no alert, 2 bad usage.",
    )
    parser.add_argument("event", metavar="EVENT.json", type=Path)
    parser.add_argument(
        "--html",
        metavar="FILE",
        type=Path,
        help="also write a self-contained HTML page in the style of the channels",
    )
    add_policy_option(parser, "deploy with")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # moto takes seconds to import, and most commands do not need it.
    from platform_guard.alerts.render.json_format import parse_alert
    from platform_guard_cli.replay.preview_html import render_page
    from platform_guard_cli.replay.preview_terminal import render_terminal
    from platform_guard_cli.replay.replay import replay

    (replayed,) = replay([options.event], policy_file(options), [])
    alerts = [parse_alert(texts["sqs"]) for texts in replayed.alerts]
    if not alerts:
        print(f"{options.event} causes no alert: {replayed.outcome.reason}")
        return 1
    for alert in alerts:
        print(render_terminal(alert))
    if options.html is not None:
        _write(options.html, render_page(alerts))
    return 0


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"Cannot write {path}: {error.strerror}") from error
    print(f"Wrote {path}")
