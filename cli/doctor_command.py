"""`platform-guard doctor`: whether the deployed guard is well, from the rule to the alert."""

import argparse
import json
import secrets
from collections.abc import Iterator, Sequence
from functools import partial

from cli.checks import Check, Outcome, checks_as_json, exit_status, look_at, render_checks
from cli.deployed import DeployedStack, find_deployed_in_each
from cli.deployment_options import add_regions_option, add_stack_option
from cli.doctor import Doctor
from cli.doctor_push import PREFIX, Waiting, push_and_wait
from cli.operator_clients import OperatorClients
from cli.parser import Commands
from cli.settings_options import add_settings_option, read_settings
from platform_guard.settings import Settings

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
    add_regions_option(parser, "look")
    add_stack_option(parser)
    add_settings_option(parser, "that was deployed")
    parser.add_argument("--json", action="store_true", help="print one JSON object a region")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    settings = read_settings(options.settings)
    status = 0
    regions = options.region or settings.deploy.regions
    for clients, stack in find_deployed_in_each(regions, options.stack):
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
