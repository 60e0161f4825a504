"""`platform-guard doctor` on subscriptions, secrets and alarms that were changed manually."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import pytest
from moto.sns.models import sns_backends

from platform_guard.alerts.settings import AlertSettings, SlackChannel
from platform_guard_cli.doctor.alerts import Alerting
from platform_guard_cli.doctor.checks import Check, Outcome
from platform_guard_cli.doctor.stack import DeployedStack
from platform_guard_cli.operator_clients import OperatorClients
from platform_guard_emulator import LocalAws
from tests.support.aws_commands import check_aws_command

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

EMAIL = "Team@example.com"
SECRET = "guard/slack"
ALARM = "guard-Unheard"


class Subscribed:
    """A topic with the two subscriptions of its template: an email address and a queue."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.sns: SNSClient = aws.client("sns")
        self.topic = self.sns.create_topic(Name="alerts")["TopicArn"]
        queue = aws.client("sqs").create_queue(QueueName="slack")["QueueUrl"]
        self.stack = DeployedStack(
            name="guard",
            arn=f"arn:aws:cloudformation:{aws.region}:{aws.account}:stack/guard/1",
            status="CREATE_COMPLETE",
            template={
                "Resources": {
                    "Topic": {"Type": "AWS::SNS::Topic"},
                    "Queue": {"Type": "AWS::SQS::Queue"},
                    "Unheard": {"Type": "AWS::CloudWatch::Alarm"},
                    "Mail": subscription("email", EMAIL),
                    "Slack": subscription("sqs", {"Fn::GetAtt": ["Queue", "Arn"]}, raw=True),
                }
            },
            physical_ids={"Topic": self.topic, "Queue": queue, "Unheard": ALARM},
        )
        self.queue_arn = self.stack.queue_arn(queue)
        for protocol, endpoint in (("email", EMAIL), ("sqs", self.queue_arn)):
            self.sns.subscribe(TopicArn=self.topic, Protocol=protocol, Endpoint=endpoint)

    def checks(self) -> dict[str, Check]:
        alerts = AlertSettings(slack=(SlackChannel(name="ops", secret=SECRET),))
        alerting = Alerting(OperatorClients(self.aws.region), self.stack, alerts)
        groups = (alerting.subscriptions, alerting.webhooks, alerting.alarms)
        return {found.name: found for group in groups for found in group()}

    def remove(self, protocol: str) -> None:
        for entry in self.sns.list_subscriptions()["Subscriptions"]:
            if entry["Protocol"] == protocol:
                self.sns.unsubscribe(SubscriptionArn=entry["SubscriptionArn"])


def subscription(protocol: str, endpoint: object, *, raw: bool = False) -> dict[str, object]:
    properties = {"Protocol": protocol, "Endpoint": endpoint, "TopicArn": {"Ref": "Topic"}}
    return {
        "Type": "AWS::SNS::Subscription",
        "Properties": properties | ({"RawMessageDelivery": True} if raw else {}),
    }


@pytest.fixture
def subscribed(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> Subscribed:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return Subscribed(aws)


def fix_command(check: Check) -> str:
    """Return the command of a fix, which the AWS CLI must accept."""
    command = check.fix.rpartition("run ")[2]
    check_aws_command(command)
    return command


def test_deployed_subscriptions_are_found_by_protocol_and_endpoint(subscribed: Subscribed) -> None:
    checks = subscribed.checks()

    for endpoint in (EMAIL, subscribed.queue_arn):
        assert checks[f"subscription of {endpoint}"].outcome is Outcome.OK


def test_email_addresses_are_compared_case_insensitively(subscribed: Subscribed) -> None:
    subscribed.remove("email")
    subscribed.sns.subscribe(TopicArn=subscribed.topic, Protocol="email", Endpoint=EMAIL.lower())

    assert subscribed.checks()[f"subscription of {EMAIL}"].outcome is Outcome.OK


def test_a_missing_email_subscription_is_reported_although_others_exist(
    subscribed: Subscribed,
) -> None:
    subscribed.remove("email")

    checks = subscribed.checks()

    assert checks["subscriptions"].outcome is Outcome.OK
    check = checks[f"subscription of {EMAIL}"]
    assert check.outcome is Outcome.FAILED
    assert check.found == "missing: not confirmed within 48 hours, or deleted"
    assert f"--protocol email --notification-endpoint {EMAIL}" in fix_command(check)


def test_the_fix_restores_the_attributes_of_a_queue_subscription(
    subscribed: Subscribed,
) -> None:
    subscribed.remove("sqs")

    check = subscribed.checks()[f"subscription of {subscribed.queue_arn}"]

    assert check.outcome is Outcome.FAILED
    assert fix_command(check).endswith("--attributes RawMessageDelivery=true")


@pytest.mark.parametrize("endpoint", [EMAIL, "guest@example.com"])
def test_an_unconfirmed_subscription_is_reported_once(
    subscribed: Subscribed, endpoint: str
) -> None:
    subscribed.sns.subscribe(TopicArn=subscribed.topic, Protocol="email", Endpoint=endpoint)
    backend = sns_backends[subscribed.aws.account][subscribed.aws.region]
    for entry in backend.subscriptions.values():
        if entry.endpoint == endpoint:
            entry.arn = "PendingConfirmation"

    check = subscribed.checks()[f"subscription of {endpoint}"]

    assert (check.outcome, check.found) == (Outcome.FAILED, "not confirmed")
    assert "within 48 hours" in check.fix
    assert endpoint in fix_command(check)


def skip_secret(_: LocalAws) -> str:
    return f"create-secret --region eu-central-1 --name {SECRET}"


def create_empty_secret(aws: LocalAws) -> str:
    aws.client("secretsmanager").create_secret(Name=SECRET)
    return f"put-secret-value --region eu-central-1 --secret-id {SECRET}"


def delete_secret(aws: LocalAws) -> str:
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name=SECRET, SecretString="x")
    secrets.delete_secret(SecretId=SECRET)
    return f"restore-secret --region eu-central-1 --secret-id {SECRET}"


@pytest.mark.parametrize("prepare", [skip_secret, create_empty_secret, delete_secret])
def test_the_fix_for_a_missing_webhook_keeps_it_out_of_the_shell_history(
    subscribed: Subscribed, prepare: Callable[[LocalAws], str]
) -> None:
    command = prepare(subscribed.aws)

    check = subscribed.checks()["webhook of ops"]

    assert check.outcome is Outcome.FAILED
    assert command in fix_command(check)
    assert "https://" not in check.fix


def test_the_webhook_is_not_read(subscribed: Subscribed, monkeypatch: pytest.MonkeyPatch) -> None:
    subscribed.aws.client("secretsmanager").create_secret(Name=SECRET, SecretString="x")
    monkeypatch.delattr("moto.secretsmanager.models.SecretsManagerBackend.get_secret_value")

    assert subscribed.checks()["webhook of ops"].outcome is Outcome.OK


def put_alarm(aws: LocalAws, state: Literal["ALARM", "INSUFFICIENT_DATA", "OK"]) -> None:
    cloudwatch = aws.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=ALARM,
        MetricName="pushes_seen",
        Namespace="PlatformGuard",
        Period=60,
        Statistic="Sum",
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=0,
    )
    cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue=state, StateReason="test")


def test_an_alarm_in_alarm_state_is_reported(subscribed: Subscribed) -> None:
    put_alarm(subscribed.aws, "ALARM")

    check = subscribed.checks()["alarm Unheard"]

    assert (check.outcome, check.found) == (Outcome.FAILED, "in ALARM state")


def test_a_deleted_alarm_is_reported(subscribed: Subscribed) -> None:
    check = subscribed.checks()["alarm Unheard"]

    assert (check.outcome, check.found) == (Outcome.FAILED, "missing")


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_an_alarm_in_another_state_passes(
    subscribed: Subscribed, state: Literal["INSUFFICIENT_DATA", "OK"]
) -> None:
    put_alarm(subscribed.aws, state)

    check = subscribed.checks()["alarms"]

    assert (check.outcome, check.found) == (Outcome.OK, "0 of 1 in ALARM state")
