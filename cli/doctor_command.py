"""`platform-guard doctor`: whether the deployed guard is well, from the rule to the alert."""

import argparse
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from cli.checks import Check, Outcome, checks_as_json, exit_status, look_at, render_checks
from cli.deployed import DeployedStack, find_deployed
from cli.doctor import Doctor
from cli.doctor_push import PREFIX, Waiting, push_and_wait
from cli.errors import UsageError
from cli.operator_clients import OperatorClients
from cli.parser import Commands
from cli.paths import REPOSITORY_ROOT
from cli.preflight import regions_to_use
from platform_guard.settings import GUARD_FILE, Settings, SettingsError, load_settings
from stacks.naming import STACK_NAME

# For Lambda's cold start, the calls to ECR and the delivery of the alert.
_SECONDS_OF_WORK = 120


def add_doctor_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "doctor",
        help="check that the deployed guard is well, from the rule to the alert",
        description="Check the deployed guard, part by part. Without --push it reads only.",
        epilog="Exit status: 0 all is well, 1 something is not, 2 something was not seen.",
    )
    parser.add_argument(
        "--push",
        action="store_true",
        help="also push a tiny image that suits no required platform to a scratch repository, and "
        "wait for the alert, which everybody gets who is subscribed; removes it all again",
    )
    parser.add_argument(
        "--region",
        metavar="REGION",
        action="append",
        default=[],
        help="look here; may be given several times (default: [deploy] regions of the settings, "
        "or the region of your AWS credentials)",
    )
    parser.add_argument(
        "--stack",
        metavar="NAME",
        default=STACK_NAME,
        help="the stack that holds the guard (default: %(default)s)",
    )
    parser.add_argument(
        "--settings",
        metavar="FILE",
        type=Path,
        default=Path(os.environ.get("GUARD_TOML", REPOSITORY_ROOT / GUARD_FILE)),
        help="the guard.toml that was deployed (default: $GUARD_TOML, or that of the repository)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a region")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        settings = load_settings(options.settings)
    except SettingsError as error:
        raise UsageError(str(error)) from error
    status = 0
    for region in regions_to_use(options.region or settings.deploy.regions, OperatorClients):
        clients = OperatorClients(region)
        stack = find_deployed(clients, region, options.stack)
        checks = Doctor(clients, stack, settings, options.settings).examine()
        if options.push:
            checks += look_at(
                "push", partial(try_a_push, clients, stack, settings, _waiting(settings))
            )
        _print(checks, stack, as_json=options.json)
        status = _worse(status, exit_status(checks))
    return status


def try_a_push(
    clients: OperatorClients, stack: DeployedStack, settings: Settings, waiting: Waiting
) -> Iterator[Check]:
    """Push a bad image and wait for the alert, unless the policy leaves the repository alone."""
    nonce = secrets.token_hex(4)
    policy = settings.policies.policy_for(f"{PREFIX}-{nonce}", "doctor").policy
    if policy.ignore:
        found = f"guard.toml leaves {PREFIX}-* alone, so there is no alert to wait for"
        yield Check("push", Outcome.UNKNOWN, found, "add a rule for it that does not ignore")
        return
    yield from push_and_wait(clients, stack, frozenset(policy.required_platforms), nonce, waiting)


def _waiting(settings: Settings) -> Waiting:
    held_back = settings.delay_seconds + settings.alerts.collect_seconds
    return Waiting(seconds=held_back + _SECONDS_OF_WORK)


def _print(checks: Sequence[Check], stack: DeployedStack, *, as_json: bool) -> None:
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
    """Give the status that counts: something failed, then something not seen, then all well."""
    return 1 if 1 in (one, other) else max(one, other)
