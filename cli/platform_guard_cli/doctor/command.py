"""`platform-guard doctor`: checks the deployed guard."""

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
    """Add `doctor` to the command line."""
    parser = commands.add_parser(
        "doctor",
        help="check the deployed guard, from the EventBridge rule to the alert",
        description="Check every part of the deployed guard. Read-only without --push.",
        epilog="Exit status: 0 all checks passed, 1 a check failed, 2 a check could not run.",
    )
    parser.add_argument(
        "--push",
        action="store_true",
        help="also push a tiny noncompliant image to a temporary repository and wait for the "
        "alert, which all subscribers receive; all temporary resources are deleted",
    )
    add_regions_option(parser, "check the guard")
    add_stack_option(parser)
    add_settings_option(parser, "that was deployed")
    parser.add_argument("--json", action="store_true", help="print one JSON object per region")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # Imported here: other commands do not need the AWS SDK, which loads slowly.
    from platform_guard_cli.doctor.canary import alert_timeout, push_canary
    from platform_guard_cli.doctor.checks import exit_status, run_checks
    from platform_guard_cli.doctor.doctor import Doctor
    from platform_guard_cli.doctor.stack import find_stack
    from platform_guard_cli.operator_clients import OperatorClients
    from platform_guard_cli.regions import for_each_region, resolve_regions

    settings = read_settings(options.settings)

    def check_region(region: str) -> int:
        clients = OperatorClients(region)
        stack = find_stack(clients, region, options.stack)
        checks = Doctor(clients, stack, settings, options.settings).run()
        if options.push:
            checks += run_checks(
                "push", partial(push_canary, clients, stack, settings, alert_timeout(settings))
            )
        _print(checks, stack, as_json=options.json)
        return exit_status(checks)

    regions = resolve_regions(options.region or settings.deploy.regions)
    statuses, status = for_each_region(regions, check_region)
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
    """Return the worse exit status. A failed check (1) outranks a check that could not run (2)."""
    return 1 if 1 in (one, other) else max(one, other)
