"""The emulated account: recorded, authorized and failing calls, and the limits of topics."""

import json
import os

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.ecr.responses import ECRResponse
from moto.sns.models import Topic

from platform_guard_emulator import LocalAws, PublishedMessage
from platform_guard_emulator.ecr.manifests import digest_of
from tests.contract.repository import rejected


@pytest.fixture
def topic_arn(local: LocalAws) -> str:
    return local.client("sns").create_topic(Name="alerts")["TopicArn"]


def test_an_administrators_calls_are_neither_recorded_nor_failed(local: LocalAws) -> None:
    local.fail("CreateRepository", "ServerException")

    local.client("ecr").create_repository(repositoryName="team/app")

    assert local.calls == []


def test_an_observed_clients_calls_are_recorded_and_failed_but_always_authorized(
    local: LocalAws,
) -> None:
    ecr = local.observed_client("ecr")
    local.fail("CreateRepository", "ThrottlingException", times=1)

    with rejected("ThrottlingException"):
        ecr.create_repository(repositoryName="team/app")
    ecr.create_repository(repositoryName="team/app")

    assert [(call.operation, call.params) for call in local.calls] == [
        ("CreateRepository", {"repositoryName": "team/app"}),
        ("CreateRepository", {"repositoryName": "team/app"}),
    ]


def test_the_calls_of_a_role_are_authorized_by_its_policies(
    local: LocalAws, topic_arn: str
) -> None:
    iam = local.client("iam")
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": "sns:Publish", "Resource": topic_arn}
    iam.put_role_policy(
        RoleName="reader",
        PolicyName="publish",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    credentials = local.assume_role(role, "session")
    session = boto3.Session(
        credentials.access_key_id, credentials.secret_access_key, credentials.session_token
    )
    sns = session.client("sns", region_name=local.region)

    sns.publish(TopicArn=topic_arn, Message="allowed")
    with pytest.raises(sns.exceptions.AuthorizationErrorException) as caught:
        sns.publish(TopicArn=f"{topic_arn}-2", Message="denied")

    assert caught.value.response["Error"]["Message"] == (
        "User: arn:aws:sts::123456789012:assumed-role/reader/session is not authorized to perform: "
        f"sns:Publish on resource: {topic_arn}-2 because no identity-based policy allows the "
        "sns:Publish action"
    )


def test_published_messages_are_recorded_with_a_text_for_each_protocol(
    local: LocalAws, topic_arn: str
) -> None:
    sns = local.client("sns")
    sns.publish(TopicArn=topic_arn, Message="plain")
    sns.publish(
        TopicArn=topic_arn,
        Subject="two texts",
        MessageStructure="json",
        Message=json.dumps({"default": "a", "https": "b"}),
    )

    assert local.published == [
        PublishedMessage(topic_arn, None, {"default": "plain"}, {}),
        PublishedMessage(topic_arn, "two texts", {"default": "a", "https": "b"}, {}),
    ]


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"Subject": "x" * 100, "Message": "m"}, id="subject too long"),
        pytest.param({"Subject": "two\nlines", "Message": "m"}, id="newline in the subject"),
        pytest.param({"Subject": "für alle", "Message": "m"}, id="subject not ASCII"),
        pytest.param({"Message": "m" * 262_145}, id="message too long"),
    ],
)
def test_a_message_that_sns_rejects_is_rejected(
    local: LocalAws, topic_arn: str, message: dict[str, str]
) -> None:
    with pytest.raises(ClientError) as caught:
        local.client("sns").publish(TopicArn=topic_arn, **message)  # type: ignore[arg-type]

    assert caught.value.response["Error"]["Code"] == "InvalidParameter"
    assert local.published == []


def test_closing_the_account_restores_the_environment_and_moto() -> None:
    before = (dict(os.environ), ECRResponse._dispatch, Topic.publish, boto3.DEFAULT_SESSION)

    with LocalAws(account="210987654321") as local:
        identity = local.client("sts").get_caller_identity()
        assert identity["Account"] == "210987654321"

    assert (
        dict(os.environ), ECRResponse._dispatch, Topic.publish, boto3.DEFAULT_SESSION
    ) == before  # fmt: skip


def test_two_consecutive_accounts_share_no_state() -> None:
    for _ in range(2):
        with LocalAws() as local:
            ecr = local.client("ecr")
            assert ecr.describe_repositories()["repositories"] == []
            ecr.create_repository(repositoryName="team/app")
            layers = ecr.batch_check_layer_availability(
                repositoryName="team/app", layerDigests=[digest_of(b"layer")]
            )
            assert layers["layers"] == []
            local.declare_layers("team/app", [digest_of(b"layer")])
