"""The checks of `platform-guard doctor` on subscriptions, Slack secrets and alarms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from platform_guard.alerts.settings import AlertSettings, SlackChannel
from platform_guard_cli.doctor.aws_commands import run_aws
from platform_guard_cli.doctor.checks import DEPLOY, Check, check
from platform_guard_cli.doctor.stack import DeployedStack, referenced_id
from platform_guard_cli.operator_clients import OperatorClients

_PENDING = "PendingConfirmation"
"""SNS API, ListSubscriptionsByTopic: the `SubscriptionArn` of an unconfirmed subscription."""

_WEBHOOK_FILE = "webhook.txt"

_ALARM_HELP = "see docs/operations.md for the meaning of the alarm"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription of the topic."""

    protocol: str
    endpoint: str
    attributes: tuple[str, ...] = ()
    """In the syntax of the AWS CLI, such as `RawMessageDelivery=true`."""

    @property
    def key(self) -> tuple[str, str]:
        """Identifies a subscription. Email addresses are case-insensitive."""
        return self.protocol, self.endpoint.casefold()


@dataclass(frozen=True, slots=True)
class Alerting:
    """Checks the topic, its subscriptions, the Slack secrets and the alarms."""

    clients: OperatorClients
    stack: DeployedStack
    settings: AlertSettings

    def subscriptions(self) -> Iterator[Check]:
        """Check the subscriptions in the template, and others that are not confirmed."""
        arn = self.stack.only("AWS::SNS::Topic")
        pages = self.clients.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
        entries = [entry for page in pages for entry in page["Subscriptions"]]
        yield check(
            "subscriptions",
            bool(entries),
            f"{len(entries)} on the topic" if entries else "none, alerts have no recipient",
            "set emails under [alerts] or add a [[slack.channel]] in guard.toml, then " + DEPLOY,
        )
        present = {
            Subscription(entry["Protocol"], entry["Endpoint"]): entry["SubscriptionArn"] != _PENDING
            for entry in entries
        }
        confirmed = {actual.key: is_confirmed for actual, is_confirmed in present.items()}
        deployed = {expected.key: expected for expected in self._deployed_subscriptions()}
        for key, expected in deployed.items():
            yield self._subscription(arn, expected, confirmed.get(key))
        for actual, is_confirmed in present.items():
            if not is_confirmed and actual.key not in deployed:
                yield self._subscription(arn, actual, is_confirmed)

    def _deployed_subscriptions(self) -> Iterator[Subscription]:
        # From the template: an unconfirmed subscription has no ARN and may have no physical ID.
        for resource in self.stack.template["Resources"].values():
            if resource["Type"] == "AWS::SNS::Subscription":
                yield self._resolved(resource["Properties"])

    def _resolved(self, properties: Mapping[str, Any]) -> Subscription:
        endpoint = properties["Endpoint"]
        if not isinstance(endpoint, str):
            endpoint = self.stack.queue_arn(self.stack.physical_ids[referenced_id(endpoint)])
        raw = ("RawMessageDelivery=true",) if properties.get("RawMessageDelivery") else ()
        return Subscription(properties["Protocol"], endpoint, raw)

    def _subscription(
        self, topic: str, subscription: Subscription, is_confirmed: bool | None
    ) -> Check:
        """Check one subscription. `is_confirmed` is None if the topic does not have it."""
        attributes = ["--attributes", *subscription.attributes] if subscription.attributes else []
        subscribe = run_aws(
            "sns",
            "subscribe",
            self.stack.region,
            "--topic-arn",
            topic,
            "--protocol",
            subscription.protocol,
            "--notification-endpoint",
            subscription.endpoint,
            *attributes,
        )
        if is_confirmed is None:
            # SNS deletes an unconfirmed subscription after 48 hours. Deploying does not restore it.
            found = "missing: not confirmed within 48 hours, or deleted"
            fix = subscribe
        else:
            found = "confirmed" if is_confirmed else "not confirmed"
            fix = (
                "open the link in the email from AWS within 48 hours; if the email is lost, "
                + subscribe
            )
        return check(f"subscription of {subscription.endpoint}", bool(is_confirmed), found, fix)

    def webhooks(self) -> Iterator[Check]:
        """Check that the Slack secrets have a value, without reading it."""
        for channel in self.settings.slack:
            yield self._webhook(channel)

    def _webhook(self, channel: SlackChannel) -> Check:
        name = f"webhook of {channel.name}"
        value = ["--secret-string", f"file://{_WEBHOOK_FILE}"]
        save = f"save the webhook URL in {_WEBHOOK_FILE}, then "
        try:
            # DescribeSecret does not return the value, which only the function needs.
            secret = self.clients.secrets.describe_secret(SecretId=channel.secret)
        except self.clients.secrets.exceptions.ResourceNotFoundException:
            create = self._secrets("create-secret", "--name", channel.secret, *value)
            return check(name, False, f"secret {channel.secret} does not exist", save + create)
        if "DeletedDate" in secret:
            restore = self._secrets("restore-secret", "--secret-id", channel.secret)
            return check(name, False, f"secret {channel.secret} is scheduled for deletion", restore)
        stages = secret.get("VersionIdsToStages", {}).values()
        has_value = any("AWSCURRENT" in names for names in stages)
        return check(
            name,
            has_value,
            f"secret {channel.secret} {'has a value' if has_value else 'has no value'}",
            save + self._secrets("put-secret-value", "--secret-id", channel.secret, *value),
        )

    def _secrets(self, command: str, *arguments: str) -> str:
        return run_aws("secretsmanager", command, self.stack.region, *arguments)

    def alarms(self) -> Iterator[Check]:
        """Check for alarms that are in ALARM state or missing."""
        expected = [
            (logical_id, self.stack.physical_ids[logical_id])
            for logical_id in self.stack.resources("AWS::CloudWatch::Alarm")
        ]
        pages = self.clients.cloudwatch.get_paginator("describe_alarms").paginate(
            AlarmNames=[name for _, name in expected], AlarmTypes=["MetricAlarm"]
        )
        states = {
            alarm["AlarmName"]: alarm["StateValue"]
            for page in pages
            for alarm in page["MetricAlarms"]
        }
        actual = [(logical_id, states.get(name)) for logical_id, name in expected]
        failing = [(logical_id, state) for logical_id, state in actual if state in ("ALARM", None)]
        if not failing:
            yield check("alarms", True, f"0 of {len(expected)} in ALARM state", "")
        for logical_id, state in failing:
            found, fix = ("in ALARM state", _ALARM_HELP) if state else ("missing", DEPLOY)
            yield check(f"alarm {logical_id}", False, found, fix)
