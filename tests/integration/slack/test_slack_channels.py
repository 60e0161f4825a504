"""Which channels of Slack an alert is told in, and what nobody else is told."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from platform_guard.alerts.alert import Severity, Status
from platform_guard.alerts.sns import AlertTopic
from platform_guard_emulator import Deployment, LocalAws
from tests.support.registry import MAC_BUILD, push
from tests.support.slack_alerts import alert, everything_logged
from tests.support.slack_server import SlackServer

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


@pytest.mark.usefixtures("ecr")
def test_a_bad_push_is_told_in_every_channel_that_it_is_for(
    aws: LocalAws, guard: Deployment, slack: SlackServer, team: SlackServer
) -> None:
    push(aws, MAC_BUILD)

    invocations = guard.drain()

    title = "shop/api:1.0: cannot run on linux/amd64 (missing-platform)"
    assert (slack.titles, team.titles) == ([title], [title])
    assert "docker buildx build --platform linux/amd64" in json.dumps(slack.taken[0])
    assert "verysecret" not in everything_logged(invocations)
    assert guard.dead_letters() == {}


def test_channels_get_what_their_rules_say(
    guard: Deployment, topic: AlertTopic, slack: SlackServer, team: SlackServer
) -> None:
    topic.publish(alert(1))
    topic.publish(alert(2, "shop/api"))
    topic.publish(alert(3, "shop/api", Severity.INFO))
    topic.publish(alert(4, "shop/api", Severity.INFO, Status.RESOLVED))

    guard.drain()

    assert sorted(slack.titles) == ["shop/api:2", "shop/api:3", "shop/api:4", "web:1"]
    assert sorted(team.titles) == ["shop/api:2", "shop/api:4"]


def test_a_channel_that_has_an_alert_gets_it_once_though_it_failed_for_another(
    aws: LocalAws, guard: Deployment, topic: AlertTopic, slack: SlackServer, team: SlackServer
) -> None:
    aws.fail("SendMessage", "InternalError", after=1)
    topic.publish(alert(1, repository="shop/api"))

    guard.drain()

    sent = [each.params["MessageGroupId"] for each in aws.calls if each.operation == "SendMessage"]
    assert sent == ["platform", "shop-team", "shop-team"]
    assert slack.titles == team.titles == ["shop/api:1"]


def test_a_repository_may_name_its_channel(
    guard: Deployment, topic: AlertTopic, ecr: "ECRClient", slack: SlackServer, team: SlackServer
) -> None:
    ecr.create_repository(
        repositoryName="web", tags=[{"Key": "slack-channel", "Value": "shop-team"}]
    )
    ecr.create_repository(repositoryName="api", tags=[{"Key": "slack-channel", "Value": "nobody"}])
    topic.publish(alert(1))
    topic.publish(alert(2, "api"))

    guard.drain()

    assert (team.titles, slack.titles) == (["web:1"], ["api:2"])


def test_alarms_are_told_too(
    aws: LocalAws, guard: Deployment, topic: AlertTopic, slack: SlackServer
) -> None:
    alarm = {"AlarmName": "DeadLetters", "NewStateValue": "ALARM", "AlarmDescription": "Redrive."}
    aws.client("sns").publish(TopicArn=topic.arn, Subject="ALARM", Message=json.dumps(alarm))

    guard.drain()

    assert slack.titles == ["DeadLetters: alarm"]


def test_the_address_of_the_webhook_is_nowhere_in_what_is_deployed(
    slack_assembly: Path, slack: SlackServer
) -> None:
    templates = [path.read_text() for path in slack_assembly.glob("*.template.json")]

    assert templates
    assert not [text for text in templates if slack.url in text or "verysecret" in text]
