"""`platform-guard test-alert`: whether alerts arrive where they should."""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from cli.errors import UsageError
from cli.parser import Commands
from cli.paths import REPOSITORY_ROOT
from platform_guard.alert_settings import AlertSettings
from platform_guard.settings import GUARD_FILE, SettingsError, load_settings
from platform_guard.trial_alerts import alert_for_a_test
from stacks.naming import STACK_NAME


def add_test_alert_command(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "test-alert",
        help="send a marked test alert through the deployed topic",
        description="Publishes an alert that is marked as a test to the topic of the deployed "
        "guard, so that everybody who is subscribed gets it. Nothing else is changed.",
        epilog="Exit status: 0 published, 2 it could not be.",
    )
    parser.add_argument(
        "--region",
        metavar="REGION",
        action="append",
        default=[],
        help="publish here; may be given several times (default: [deploy] regions of the settings, "
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
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # botocore takes long to import, which other commands have no use for.
    from cli.deployed import find_deployed
    from cli.operator_clients import OperatorClients
    from cli.preflight import regions_to_use
    from platform_guard.aws.errors import AWS_ERRORS, reason_of
    from platform_guard.aws.topic import AlertTopic

    try:
        settings = load_settings(options.settings)
    except SettingsError as error:
        raise UsageError(str(error)) from error
    for region in regions_to_use(options.region or settings.deploy.regions, OperatorClients):
        clients = OperatorClients(region)
        stack = find_deployed(clients, region, options.stack)
        arn = stack.only("AWS::SNS::Topic")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            AlertTopic(clients.sns, arn).publish(alert_for_a_test(stack.account, stack.region, now))
        except AWS_ERRORS as error:
            raise UsageError(
                f"nothing could be published to {arn} ({reason_of(error)}): your credentials need "
                "sns:Publish on it, and kms:GenerateDataKey and kms:Decrypt on its key"
            ) from error
        print(f"Published a test alert to {arn}")
        for line in _who_gets_it(settings.alerts):
            print(f"  {line}")
    return 0


def _who_gets_it(alerts: AlertSettings) -> list[str]:
    """Say where to look for it, going by the settings."""
    lines = [f"mail to {email}, once its owner has confirmed" for email in alerts.emails]
    lines += [f"Slack, by the secret {channel.secret}" for channel in alerts.slack]
    if alerts.amazon_q is not None:
        lines.append(f"Slack, by Amazon Q in the channel {alerts.amazon_q.channel_id}")
    return lines or ["guard.toml names nobody: only other subscribers of the topic get it"]
