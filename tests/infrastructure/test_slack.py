"""Slack and Amazon Q: optional resources and their permissions."""

import json

import pytest

from tests.infrastructure.conftest import Synthesize
from tests.infrastructure.template import Properties, Template, actions, as_text, logical_id

SETTINGS = """
[[slack.channel]]
name = "platform"
secret = "platform-guard/slack"

[amazon_q]
workspace_id = "T01234ABCDE"
channel_id = "C01234ABCDE"
"""


@pytest.fixture(scope="session")
def with_slack(synthesize: Synthesize) -> Template:
    return synthesize(SETTINGS).template


def function(template: Template, module: str) -> tuple[str, Properties]:
    for name, properties in template.resources("AWS::Lambda::Function").items():
        if properties["Handler"] == f"{module}.handler":
            return name, properties
    raise AssertionError(module)


def statements(template: Template, module: str) -> dict[str, list[str]]:
    """Return the resources of a function's permissions, by action."""
    role = template.at(function(template, module)[1]["Role"])
    found: dict[str, list[str]] = {}
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            listed = statement["Resource"]
            for action in actions(statement):
                resources = listed if isinstance(listed, list) else [listed]
                found.setdefault(action, []).extend(map(as_text, resources))
    return found


def test_slack_and_amazon_q_are_deployed_only_on_request(template: Template) -> None:
    handlers = {each["Handler"] for each in template.resources("AWS::Lambda::Function").values()}

    assert not [handler for handler in handlers if "slack" in handler]
    assert not template.resources("AWS::Chatbot::SlackChannelConfiguration")
    assert not template.resources("AWS::SNS::Subscription")
    assert "secretsmanager" not in json.dumps(template.content)


def test_the_notifier_may_read_the_named_secret_and_no_other(with_slack: Template) -> None:
    allowed = statements(with_slack, "slack_notifier")

    assert allowed["secretsmanager:GetSecretValue"] == [
        "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:"
        "secret:platform-guard/slack-??????"
    ]
    assert not [action for action in allowed if action.startswith("ecr:")]


def test_no_secret_is_made_or_read_by_the_template(with_slack: Template) -> None:
    assert not with_slack.resources("AWS::SecretsManager::Secret")
    assert "{{resolve:" not in json.dumps(with_slack.content)


def test_the_router_receives_raw_alerts(with_slack: Template) -> None:
    subscription = with_slack.only("AWS::SNS::Subscription")
    queue = with_slack.part("slack_router").queue_id

    assert subscription["Protocol"] == "sqs"
    assert subscription["RawMessageDelivery"] is True
    assert logical_id(subscription["Endpoint"]) == queue
    (allowed,) = [
        statement
        for statement in with_slack.resource_policy(
            "AWS::SQS::QueuePolicy", {"Fn::GetAtt": [queue, "Arn"]}
        )
        if statement["Effect"] == "Allow"
    ]
    assert allowed["Principal"] == {"Service": "sns.amazonaws.com"}
    assert allowed["Condition"]["ArnEquals"]["aws:SourceArn"] == subscription["TopicArn"]


def test_messages_are_posted_one_by_one_and_in_order(with_slack: Template) -> None:
    part = with_slack.part("slack_notifier")
    redrive = part.queue["RedrivePolicy"]

    assert part.queue["FifoQueue"] is True
    assert part.mapping["BatchSize"] == 1
    assert redrive["maxReceiveCount"] == 1000
    assert with_slack.at(redrive["deadLetterTargetArn"])["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert part.queue["VisibilityTimeout"] >= 6 * part.function["Timeout"]


def test_messages_that_slack_rejects_raise_alarms(with_slack: Template) -> None:
    dead_letters = logical_id(
        with_slack.part("slack_notifier").queue["RedrivePolicy"]["deadLetterTargetArn"]
    )
    alarms = list(with_slack.resources("AWS::CloudWatch::Alarm").values())

    assert [alarm for alarm in alarms if alarm.get("MetricName") == "slack_refused"]
    assert [
        alarm
        for alarm in alarms
        for dimension in alarm.get("Dimensions", [])
        if isinstance(dimension["Value"], dict) and logical_id(dimension["Value"]) == dead_letters
    ]


def test_amazon_q_may_post_and_nothing_else(with_slack: Template) -> None:
    channel = with_slack.only("AWS::Chatbot::SlackChannelConfiguration")
    role = with_slack.at(channel["IamRoleArn"])
    (topic,) = with_slack.resources("AWS::SNS::Topic")

    assert (channel["SlackWorkspaceId"], channel["SlackChannelId"]) == (
        "T01234ABCDE",
        "C01234ABCDE",
    )
    assert [logical_id(arn) for arn in channel["SnsTopicArns"]] == [topic]
    assert [as_text(arn) for arn in channel["GuardrailPolicies"]] == [
        "arn:${AWS::Partition}:iam::aws:policy/AWSDenyAll"
    ]
    assert "Policies" not in role
    assert "ManagedPolicyArns" not in role
