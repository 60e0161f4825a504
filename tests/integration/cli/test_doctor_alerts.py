"""platform-guard doctor on subscriptions, secrets and alarms that people have changed."""

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
    """A topic with the two subscriptions that its template has: an address and a queue."""

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
        looks = (alerting.subscriptions, alerting.webhooks, alerting.alarms)
        return {found.name: found for look in looks for found in look()}

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


def pasteable(check: Check) -> str:
    """Give the command of a fix, which the AWS CLI has to take."""
    command = check.fix.rpartition("run ")[2]
    check_aws_command(command)
    return command


def test_whoever_was_deployed_is_looked_for_by_protocol_and_endpoint(
    subscribed: Subscribed,
) -> None:
    checks = subscribed.checks()

    for endpoint in (EMAIL, subscribed.queue_arn):
        assert checks[f"subscription of {endpoint}"].outcome is Outcome.OK


def test_the_same_address_in_another_case_is_there(subscribed: Subscribed) -> None:
    subscribed.remove("email")
    subscribed.sns.subscribe(TopicArn=subscribed.topic, Protocol="email", Endpoint=EMAIL.lower())

    assert subscribed.checks()[f"subscription of {EMAIL}"].outcome is Outcome.OK


def test_an_address_that_unsubscribed_is_missed_though_others_are_there(
    subscribed: Subscribed,
) -> None:
    subscribed.remove("email")

    checks = subscribed.checks()

    assert checks["subscriptions"].outcome is Outcome.OK
    check = checks[f"subscription of {EMAIL}"]
    assert check.outcome is Outcome.FAILED
    assert check.found == "missing: not confirmed within 48 hours, or removed"
    assert f"--protocol email --notification-endpoint {EMAIL}" in pasteable(check)


def test_a_queue_that_is_not_subscribed_any_more_is_subscribed_as_it_was(
    subscribed: Subscribed,
) -> None:
    subscribed.remove("sqs")

    check = subscribed.checks()[f"subscription of {subscribed.queue_arn}"]

    assert check.outcome is Outcome.FAILED
    assert pasteable(check).endswith("--attributes RawMessageDelivery=true")


@pytest.mark.parametrize("endpoint", [EMAIL, "guest@example.com"])
def test_who_has_not_confirmed_is_named_once_deployed_or_not(
    subscribed: Subscribed, endpoint: str
) -> None:
    subscribed.sns.subscribe(TopicArn=subscribed.topic, Protocol="email", Endpoint=endpoint)
    backend = sns_backends[subscribed.aws.account][subscribed.aws.region]
    for entry in backend.subscriptions.values():
        if entry.endpoint == endpoint:
            entry.arn = "PendingConfirmation"

    check = subscribed.checks()[f"subscription of {endpoint}"]

    assert (check.outcome, check.found) == (Outcome.FAILED, "is not confirmed")
    assert "within 48 hours" in check.fix
    assert endpoint in pasteable(check)


def leave_out(_: LocalAws) -> str:
    return f"create-secret --region eu-central-1 --name {SECRET}"


def leave_empty(aws: LocalAws) -> str:
    aws.client("secretsmanager").create_secret(Name=SECRET)
    return f"put-secret-value --region eu-central-1 --secret-id {SECRET}"


def delete(aws: LocalAws) -> str:
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name=SECRET, SecretString="x")
    secrets.delete_secret(SecretId=SECRET)
    return f"restore-secret --region eu-central-1 --secret-id {SECRET}"


@pytest.mark.parametrize("do", [leave_out, leave_empty, delete])
def test_a_webhook_that_is_not_there_is_put_there_past_the_history_of_the_shell(
    subscribed: Subscribed, do: Callable[[LocalAws], str]
) -> None:
    command = do(subscribed.aws)

    check = subscribed.checks()["webhook of ops"]

    assert check.outcome is Outcome.FAILED
    assert command in pasteable(check)
    assert "https://" not in check.fix


def test_a_webhook_that_is_there_is_not_read(
    subscribed: Subscribed, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue=state, StateReason="as it is")


def test_an_alarm_that_has_gone_off_is_named(subscribed: Subscribed) -> None:
    put_alarm(subscribed.aws, "ALARM")

    check = subscribed.checks()["alarm Unheard"]

    assert (check.outcome, check.found) == (Outcome.FAILED, "is in ALARM")


def test_an_alarm_that_somebody_has_deleted_is_named(subscribed: Subscribed) -> None:
    check = subscribed.checks()["alarm Unheard"]

    assert (check.outcome, check.found) == (Outcome.FAILED, "is missing")


@pytest.mark.parametrize("state", ["OK", "INSUFFICIENT_DATA"])
def test_an_alarm_that_has_nothing_to_say_is_well(
    subscribed: Subscribed, state: Literal["INSUFFICIENT_DATA", "OK"]
) -> None:
    put_alarm(subscribed.aws, state)

    check = subscribed.checks()["alarms"]

    assert (check.outcome, check.found) == (Outcome.OK, "none of 1 is in ALARM")
