"""Routing of alerts to Slack channels, without leaking the webhook URL."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from platform_guard.alerts.alert import Severity, Status
from platform_guard.alerts.sns import AlertTopic
from platform_guard_emulator import Deployment, LocalAws
from tests.support.registry import MAC_BUILD, push
from tests.support.slack_alerts import alert, all_log_output
from tests.support.slack_server import SlackServer

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


@pytest.mark.usefixtures("ecr")
def test_a_bad_push_is_reported_in_every_matching_channel(
    aws: LocalAws, guard: Deployment, slack: SlackServer, team: SlackServer
) -> None:
    push(aws, MAC_BUILD)

    invocations = guard.drain()

    title = "shop/api:1.0: cannot run on linux/amd64 (missing-platform)"
    assert (slack.titles, team.titles) == ([title], [title])
    assert "docker buildx build --platform linux/amd64" in json.dumps(slack.accepted[0])
    assert "verysecret" not in all_log_output(invocations)
    assert guard.dead_letters() == {}


def test_channels_receive_the_alerts_that_match_their_settings(
    guard: Deployment, topic: AlertTopic, slack: SlackServer, team: SlackServer
) -> None:
    topic.publish(alert(1))
    topic.publish(alert(2, "shop/api"))
    topic.publish(alert(3, "shop/api", Severity.INFO))
    topic.publish(alert(4, "shop/api", Severity.INFO, Status.RESOLVED))

    guard.drain()

    assert sorted(slack.titles) == ["shop/api:2", "shop/api:3", "shop/api:4", "web:1"]
    assert sorted(team.titles) == ["shop/api:2", "shop/api:4"]


def test_a_channel_receives_an_alert_once_if_sending_to_another_channel_fails(
    aws: LocalAws, guard: Deployment, topic: AlertTopic, slack: SlackServer, team: SlackServer
) -> None:
    aws.fail("SendMessage", "InternalError", after=1)
    topic.publish(alert(1, repository="shop/api"))

    guard.drain()

    sent = [each.params["MessageGroupId"] for each in aws.calls if each.operation == "SendMessage"]
    assert sent == ["platform", "shop-team", "shop-team"]
    assert slack.titles == team.titles == ["shop/api:1"]


def test_a_resource_tag_selects_the_channel_of_a_repository(
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


def test_cloudwatch_alarms_are_posted(
    aws: LocalAws, guard: Deployment, topic: AlertTopic, slack: SlackServer
) -> None:
    alarm = {"AlarmName": "DeadLetters", "NewStateValue": "ALARM", "AlarmDescription": "Redrive."}
    aws.client("sns").publish(TopicArn=topic.arn, Subject="ALARM", Message=json.dumps(alarm))

    guard.drain()

    assert slack.titles == ["DeadLetters: alarm"]


def test_the_webhook_url_is_not_in_the_deployed_templates(
    slack_assembly: Path, slack: SlackServer
) -> None:
    templates = [path.read_text() for path in slack_assembly.glob("*.template.json")]

    assert templates
    assert not [text for text in templates if slack.url in text or "verysecret" in text]
