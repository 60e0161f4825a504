"""`platform-guard test-alert`: sends a test alert."""

import argparse
from datetime import UTC, datetime

from platform_guard.alerts.self_test import build_test_alert
from platform_guard.alerts.settings import AlertSettings
from platform_guard_cli.deployment_options import add_regions_option, add_stack_option
from platform_guard_cli.errors import UsageError
from platform_guard_cli.parser import Commands
from platform_guard_cli.settings_options import add_settings_option, read_settings


def add_test_alert_command(commands: Commands) -> None:
    """Add `test-alert` to the command line."""
    parser = commands.add_parser(
        "test-alert",
        help="send a test alert to all subscribers",
        description="Publish an alert, marked as a test, to the topic of the deployed guard. All "
        "subscribers receive it. Nothing else is changed.",
        epilog="Exit status: 0 published, 2 failed.",
    )
    add_regions_option(parser, "publish the alert")
    add_stack_option(parser)
    add_settings_option(parser, "that was deployed")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # Imported here: other commands do not need the AWS SDK, which loads slowly.
    from platform_guard.alerts.sns import AlertTopic
    from platform_guard.aws.errors import AWS_ERRORS, reason_of
    from platform_guard_cli.doctor.stack import find_stack
    from platform_guard_cli.operator_clients import OperatorClients
    from platform_guard_cli.regions import for_each_region, resolve_regions

    settings = read_settings(options.settings)

    def publish(region: str) -> None:
        clients = OperatorClients(region)
        stack = find_stack(clients, region, options.stack)
        arn = stack.only("AWS::SNS::Topic")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            AlertTopic(clients.sns, arn).publish(build_test_alert(stack.account, stack.region, now))
        except AWS_ERRORS as error:
            raise UsageError(
                f"Cannot publish to {arn} ({reason_of(error)}). Your credentials need "
                "sns:Publish on the topic, and kms:GenerateDataKey and kms:Decrypt on its key."
            ) from error
        print(f"Published a test alert to {arn}")
        for line in _recipients(settings.alerts):
            print(f"  {line}")

    _, status = for_each_region(resolve_regions(options.region or settings.deploy.regions), publish)
    return status


def _recipients(alerts: AlertSettings) -> list[str]:
    """Return one line per recipient in the settings."""
    lines = [f"email to {email}, if the subscription is confirmed" for email in alerts.emails]
    lines += [f"Slack, webhook in secret {channel.secret}" for channel in alerts.slack]
    if alerts.amazon_q is not None:
        lines.append(f"Slack, Amazon Q in channel {alerts.amazon_q.channel_id}")
    return lines or ["no recipients in guard.toml: only other subscribers of the topic receive it"]
