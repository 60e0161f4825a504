"""`platform-guard doctor`: checks the deployed guard from the rule to the alert."""

import argparse
import json
from collections.abc import Sequence
from functools import partial, reduce
from typing import TYPE_CHECKING

from platform_guard_cli.deployment_options import add_regions_option, add_stack_option
from platform_guard_cli.parser import Commands
from platform_guard_cli.settings_options import add_settings_option, read_settings

if TYPE_CHECKING:
    from platform_guard_cli.doctor.checks import Check
    from platform_guard_cli.doctor.stack import DeployedStack


def add_doctor_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "doctor",
        help="check the deployed guard, from the rule to the alert",
        description="Check every part of the deployed guard. Read-only without --push.",
        epilog="Exit status: 0 all checks passed, 1 a check failed, 2 a check could not run.",
    )
    parser.add_argument(
        "--push",
        action="store_true",
        help="also push a tiny bad image to a scratch repository and wait for the alert, which all "
        "subscribers receive; everything is removed again",
    )
    add_regions_option(parser, "work")
    add_stack_option(parser)
    add_settings_option(parser, "that was deployed")
    parser.add_argument("--json", action="store_true", help="print one JSON object per region")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # The AWS SDK takes long to import, which other commands have no use for.
    from platform_guard_cli.doctor.canary import push_canary, waiting_for
    from platform_guard_cli.doctor.checks import exit_status, look_at
    from platform_guard_cli.doctor.doctor import Doctor
    from platform_guard_cli.doctor.stack import find_deployed
    from platform_guard_cli.operator_clients import OperatorClients
    from platform_guard_cli.regions import for_each_region, resolve_regions

    settings = read_settings(options.settings)

    def examine(region: str) -> int:
        clients = OperatorClients(region)
        stack = find_deployed(clients, region, options.stack)
        checks = Doctor(clients, stack, settings, options.settings).examine()
        if options.push:
            checks += look_at(
                "push", partial(push_canary, clients, stack, settings, waiting_for(settings))
            )
        _print(checks, stack, as_json=options.json)
        return exit_status(checks)

    regions = resolve_regions(options.region or settings.deploy.regions)
    statuses, status = for_each_region(regions, examine)
    return reduce(_worse, statuses, status)


def _print(checks: Sequence["Check"], stack: "DeployedStack", *, as_json: bool) -> None:
    from platform_guard_cli.doctor.checks import checks_as_json, render_checks

    if as_json:
        print(
            json.dumps(
                {
                    "account": stack.account,
                    "region": stack.region,
                    "stack": stack.name,
                    "checks": checks_as_json(checks),
                }
            )
        )
    else:
        print(render_checks(f"{stack.name} in {stack.region} of {stack.account}", checks))


def _worse(one: int, other: int) -> int:
    """Return the worse status: failed, then unknown, then passed."""
    return 1 if 1 in (one, other) else max(one, other)
