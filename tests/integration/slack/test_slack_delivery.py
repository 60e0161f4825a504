"""Delivery to Slack: in order, exactly once and without loss, whatever Slack responds."""

import json
from typing import TYPE_CHECKING

import pytest

from platform_guard.alerts.sns import AlertTopic
from platform_guard_emulator import Deployment, LocalAws
from tests.support.slack_alerts import alert, all_log_output, dead_letter_reasons, retry_delays
from tests.support.slack_server import (
    INVALID_PAYLOAD,
    NO_SERVICE,
    OUTAGE,
    RESETS,
    Reply,
    SlackServer,
)

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def test_messages_of_a_channel_are_in_order_and_one_second_apart(
    guard: Deployment, topic: AlertTopic, slack: SlackServer
) -> None:
    for number in range(6):
        topic.publish(alert(number))

    invocations = guard.drain()

    assert slack.titles == [f"web:{number}" for number in range(6)]
    pauses = [each.slept for each in invocations if "Notifier" in each.function]
    assert len(pauses) == 6
    assert all(0.5 < pause <= 1 for pause in pauses)


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        pytest.param([Reply(429, "", retry_after="30")] * 2, [30, 30], id="429 with Retry-After"),
        pytest.param([Reply(429, "rate_limited")] * 2, [15, 30], id="429 without Retry-After"),
        pytest.param(
            [Reply(429, "", retry_after="soon")], [15], id="429 with an invalid Retry-After"
        ),
        pytest.param(
            [Reply(429, "", retry_after="99999")], [3600], id="429 with a long Retry-After"
        ),
        pytest.param([Reply(500, "oops")] * 3, [15, 30, 60], id="500"),
        pytest.param([RESETS], [15], id="reset"),
    ],
)
def test_messages_after_a_transient_failure_are_posted_in_order(
    aws: LocalAws,
    guard: Deployment,
    topic: AlertTopic,
    slack: SlackServer,
    replies: list[Reply],
    expected: list[int],
) -> None:
    slack.script(*replies)
    for number in range(3):
        topic.publish(alert(number))

    guard.drain()

    assert slack.titles == ["web:0", "web:1", "web:2"]
    assert slack.requests == len(replies) + 3
    assert retry_delays(aws) == expected
    assert guard.dead_letters() == {}


def test_every_alert_arrives_once_and_in_order_after_an_outage(
    aws: LocalAws, guard: Deployment, topic: AlertTopic, slack: SlackServer
) -> None:
    now = published = 0
    slack.reply = lambda: OUTAGE if now < 3600 else Reply()
    while now < 3600 or len(slack.accepted) < published:
        for _ in range(2 if published < 12 else 0):
            topic.publish(alert(published))
            published += 1
        waited = len(retry_delays(aws))
        guard.drain(max_rounds=1)
        now += sum(retry_delays(aws)[waited:]) or 1

    assert slack.titles == [f"web:{number}" for number in range(12)]
    assert 3600 <= now < 3600 + 700
    assert max(retry_delays(aws)) == 600
    assert guard.dead_letters() == {}


@pytest.mark.parametrize(
    ("reply", "reason"),
    [(NO_SERVICE, "404 no_service"), (INVALID_PAYLOAD, "400 invalid_payload")],
    ids=["no_service", "invalid_payload"],
)
def test_a_rejected_message_is_in_the_dead_letter_queue_with_the_reason(
    aws: LocalAws,
    guard: Deployment,
    topic: AlertTopic,
    slack: SlackServer,
    reply: Reply,
    reason: str,
) -> None:
    slack.script(reply)
    topic.publish(alert(1))
    topic.publish(alert(2))

    invocations = guard.drain()

    assert slack.titles == ["web:2"]
    assert dead_letter_reasons(aws, guard) == [reason]
    ((letter,),) = guard.dead_letters().values()
    assert json.loads(letter)["payload"]["text"] == "web:1"
    metrics = [
        line
        for each in invocations
        for line in each.logs
        if isinstance(line, dict) and "_aws" in line
    ]
    assert [line["slack_refused"] for line in metrics if "slack_refused" in line] == [[1.0]]


def test_a_malformed_message_is_logged_and_counted(
    aws: LocalAws, guard: Deployment, slack: SlackServer
) -> None:
    url = guard.function("slack_notifier.handler").environment["GUARD_SLACK_QUEUE_URL"]
    aws.client("sqs").send_message(
        QueueUrl=url, MessageBody="{", MessageGroupId="platform", MessageDeduplicationId="1"
    )

    first = guard.drain(max_rounds=1)

    failed = [line for each in first for line in each.logs if isinstance(line, dict)]
    assert [line["exception_name"] for line in failed if "exception_name" in line] == [
        "JSONDecodeError"
    ]
    assert [line["slack_posts_failed"] for line in failed if "_aws" in line] == [[1.0]]
    assert slack.requests == 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(
            "not a url: hunter2", "does not contain an https:// webhook URL", id="not a URL"
        ),
        pytest.param("http://hooks.example/hunter2", "does not contain", id="without TLS"),
        pytest.param(None, "(ResourceNotFoundException)", id="no secret"),
    ],
)
def test_a_secret_without_a_webhook_is_reported_with_the_fix(
    aws: LocalAws,
    guard: Deployment,
    topic: AlertTopic,
    secrets: "SecretsManagerClient",
    value: str | None,
    expected: str,
) -> None:
    if value is None:
        secrets.delete_secret(SecretId="platform-guard/slack", ForceDeleteWithoutRecovery=True)
    else:
        secrets.put_secret_value(SecretId="platform-guard/slack", SecretString=value)
    topic.publish(alert())

    invocations = guard.drain()

    (reason,) = dead_letter_reasons(aws, guard)
    assert expected in reason
    assert "aws secretsmanager " in reason
    assert "hunter2" not in reason + all_log_output(invocations)


def test_a_replaced_webhook_is_used_immediately(
    guard: Deployment,
    topic: AlertTopic,
    secrets: "SecretsManagerClient",
    slack: SlackServer,
    team: SlackServer,
) -> None:
    topic.publish(alert(1))
    guard.drain()
    secrets.put_secret_value(SecretId="platform-guard/slack", SecretString=team.url)
    topic.publish(alert(2))

    guard.drain()

    assert (slack.titles, team.titles) == (["web:1"], ["web:2"])
