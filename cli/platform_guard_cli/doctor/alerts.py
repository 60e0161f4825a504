"""The checks of `platform-guard doctor` from the topic to its subscribers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from platform_guard.alerts.settings import AlertSettings, SlackChannel
from platform_guard_cli.doctor.aws_commands import run_aws
from platform_guard_cli.doctor.checks import DEPLOY, Check, check
from platform_guard_cli.doctor.stack import DeployedStack, referred
from platform_guard_cli.operator_clients import OperatorClients

_PENDING = "PendingConfirmation"
"""What SNS lists instead of an ARN for an unconfirmed subscription."""

_WEBHOOK_FILE = "webhook.txt"

_ALARM_HELP = "see what it means in docs/operations.md"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription of the topic."""

    protocol: str
    endpoint: str
    attributes: tuple[str, ...] = ()
    """As the AWS CLI takes them, such as `RawMessageDelivery=true`."""

    @property
    def key(self) -> tuple[str, str]:
        """The identity of a subscription; email addresses are case-insensitive."""
        return self.protocol, self.endpoint.casefold()


@dataclass(frozen=True, slots=True)
class Alerting:
    """The topic, its subscriptions, and the Slack secrets."""

    clients: OperatorClients
    stack: DeployedStack
    settings: AlertSettings

    def subscriptions(self) -> Iterator[Check]:
        """Check every deployed subscription and every unconfirmed one."""
        arn = self.stack.only("AWS::SNS::Topic")
        pages = self.clients.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
        entries = [entry for page in pages for entry in page["Subscriptions"]]
        yield check(
            "subscriptions",
            bool(entries),
            f"{len(entries)} on the topic" if entries else "alerts have no recipient",
            "write emails under [alerts] or a [[slack.channel]] in guard.toml, then " + DEPLOY,
        )
        present = {
            Subscription(entry["Protocol"], entry["Endpoint"]): entry["SubscriptionArn"] != _PENDING
            for entry in entries
        }
        confirmed = {found.key: is_confirmed for found, is_confirmed in present.items()}
        deployed = {wanted.key: wanted for wanted in self._deployed_subscriptions()}
        for key, wanted in deployed.items():
            yield self._subscription(arn, wanted, confirmed.get(key))
        for found, is_confirmed in present.items():
            if not is_confirmed and found.key not in deployed:
                yield self._subscription(arn, found, is_confirmed)

    def _deployed_subscriptions(self) -> Iterator[Subscription]:
        # An unconfirmed one has no ARN, so that it may have no physical id either.
        for resource in self.stack.template["Resources"].values():
            if resource["Type"] == "AWS::SNS::Subscription":
                yield self._resolved(resource["Properties"])

    def _resolved(self, properties: Mapping[str, Any]) -> Subscription:
        endpoint = properties["Endpoint"]
        if not isinstance(endpoint, str):
            endpoint = self.stack.queue_arn(self.stack.physical_ids[referred(endpoint)])
        raw = ("RawMessageDelivery=true",) if properties.get("RawMessageDelivery") else ()
        return Subscription(properties["Protocol"], endpoint, raw)

    def _subscription(self, topic: str, wanted: Subscription, is_confirmed: bool | None) -> Check:
        """Return the check of one subscription; `is_confirmed` is None if the topic lacks it."""
        attributes = ["--attributes", *wanted.attributes] if wanted.attributes else []
        again = run_aws(
            "sns",
            "subscribe",
            self.stack.region,
            "--topic-arn",
            topic,
            "--protocol",
            wanted.protocol,
            "--notification-endpoint",
            wanted.endpoint,
            *attributes,
        )
        if is_confirmed is None:
            # SNS removes an unconfirmed subscription, and a deployment does not restore it.
            found = "missing: not confirmed within 48 hours, or removed"
            fix = again
        else:
            found = "is on the topic" if is_confirmed else "is not confirmed"
            fix = f"follow the link in the email from AWS within 48 hours; if it is lost, {again}"
        return check(f"subscription of {wanted.endpoint}", bool(is_confirmed), found, fix)

    def webhooks(self) -> Iterator[Check]:
        """Check that the Slack secrets exist, without reading them."""
        for channel in self.settings.slack:
            yield self._webhook(channel)

    def _webhook(self, channel: SlackChannel) -> Check:
        name = f"webhook of {channel.name}"
        value = ["--secret-string", f"file://{_WEBHOOK_FILE}"]
        write = f"write the webhook to {_WEBHOOK_FILE}, then "
        try:
            # Not its value, which only the function needs.
            secret = self.clients.secrets.describe_secret(SecretId=channel.secret)
        except self.clients.secrets.exceptions.ResourceNotFoundException:
            create = self._secrets("create-secret", "--name", channel.secret, *value)
            return check(name, False, f"secret {channel.secret} does not exist", write + create)
        if "DeletedDate" in secret:
            restore = self._secrets("restore-secret", "--secret-id", channel.secret)
            return check(name, False, f"secret {channel.secret} is being deleted", restore)
        stages = secret.get("VersionIdsToStages", {}).values()
        has_value = any("AWSCURRENT" in names for names in stages)
        return check(
            name,
            has_value,
            f"secret {channel.secret} {'has a value' if has_value else 'has no value'}",
            write + self._secrets("put-secret-value", "--secret-id", channel.secret, *value),
        )

    def _secrets(self, command: str, *arguments: str) -> str:
        return run_aws("secretsmanager", command, self.stack.region, *arguments)

    def alarms(self) -> Iterator[Check]:
        """Check for alarms that fired or are missing."""
        wanted = [
            (logical_id, self.stack.physical_ids[logical_id])
            for logical_id in self.stack.resources("AWS::CloudWatch::Alarm")
        ]
        pages = self.clients.cloudwatch.get_paginator("describe_alarms").paginate(
            AlarmNames=[name for _, name in wanted], AlarmTypes=["MetricAlarm"]
        )
        states = {
            alarm["AlarmName"]: alarm["StateValue"]
            for page in pages
            for alarm in page["MetricAlarms"]
        }
        bad = [(logical_id, states.get(name)) for logical_id, name in wanted]
        bad = [(logical_id, state) for logical_id, state in bad if state in ("ALARM", None)]
        if not bad:
            yield check("alarms", True, f"none of {len(wanted)} is in ALARM", "")
        for logical_id, state in bad:
            found, fix = ("is in ALARM", _ALARM_HELP) if state else ("is missing", DEPLOY)
            yield check(f"alarm {logical_id}", False, found, fix)
