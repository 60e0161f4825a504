"""Permissions of roles and resource policies, and encryption at rest and in transit."""

from typing import Any

import pytest

from platform_guard.remediation.ledger import LEDGER_INDEX
from tests.infrastructure.template import (
    Part,
    Properties,
    Template,
    actions,
    as_text,
    logical_id,
)

READ_IMAGES = {"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
REPOSITORIES = "arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/*"
REPOSITORIES_ANYWHERE = "arn:${AWS::Partition}:ecr:*:*:repository/*"
IN_ECS = "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:"
DIAGNOSIS_READS = {
    *((action, REPOSITORIES_ANYWHERE) for action in READ_IMAGES),
    ("ecr:DescribeImages", REPOSITORIES_ANYWHERE),
    ("ecr:DescribeRepositories", REPOSITORIES_ANYWHERE),
    ("ecs:DescribeTaskDefinition", "*"),
    ("ecs:DescribeServices", f"{IN_ECS}service/*"),
    ("ecs:DescribeContainerInstances", f"{IN_ECS}container-instance/*"),
    ("ec2:DescribeNetworkInterfaces", "*"),
    ("ec2:DescribeRouteTables", "*"),
    ("ec2:DescribeSubnets", "*"),
    ("ec2:DescribeVpcEndpoints", "*"),
    ("ecr:DescribePullThroughCacheRules", "*"),
}
ALARMS = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"


def publish_permissions(template: Template) -> set[tuple[str, str]]:
    (topic,) = template.resources("AWS::SNS::Topic")
    (key,) = template.resources("AWS::KMS::Key")
    return {
        ("sns:Publish", f"${{{topic}}}"),
        ("kms:Decrypt", f"${{{key}.Arn}}"),
        ("kms:GenerateDataKey", f"${{{key}.Arn}}"),
    }


def common_permissions(part: Part, *, publishes: bool = True) -> set[tuple[str, str]]:
    """Return the permissions for queue, alerts, state and logs, as (action, resource)."""
    template = part.template
    log_group = part.function["LoggingConfig"]["LogGroup"]
    (table,) = template.resources("AWS::DynamoDB::Table")
    queue = part.queue_id
    return {
        ("sqs:ReceiveMessage", f"${{{queue}.Arn}}"),
        ("sqs:DeleteMessage", f"${{{queue}.Arn}}"),
        ("sqs:GetQueueAttributes", f"${{{queue}.Arn}}"),
        *(publish_permissions(template) if publishes else ()),
        ("dynamodb:GetItem", f"${{{table}.Arn}}"),
        ("dynamodb:PutItem", f"${{{table}.Arn}}"),
        ("dynamodb:UpdateItem", f"${{{table}.Arn}}"),
        ("dynamodb:DeleteItem", f"${{{table}.Arn}}"),
        ("logs:CreateLogStream", f"${{{logical_id(log_group)}.Arn}}"),
        ("logs:PutLogEvents", f"${{{logical_id(log_group)}.Arn}}"),
    }


def permissions(part: Part) -> set[tuple[str, str]]:
    return {
        (action, as_text(statement["Resource"]))
        for statement in part.role_statements()
        for action in actions(statement)
    }


def dispatch_permissions(template: Template) -> set[tuple[str, str]]:
    return {("sqs:SendMessage", f"${{{template.part('alert_dispatch').queue_id}.Arn}}")}


def test_the_push_guard_has_only_the_permissions_it_needs(template: Template) -> None:
    part = template.part("push_guard")
    on_repositories = {(action, REPOSITORIES) for action in (*READ_IMAGES, "ecr:PutImage")}
    before_a_change = {("ecr:DescribePullThroughCacheRules", "*")}

    assert permissions(part) == (
        common_permissions(part, publishes=False)
        | on_repositories
        | before_a_change
        | dispatch_permissions(template)
    )


def test_a_policy_that_only_alerts_cannot_write_to_ecr(alert_only: Template) -> None:
    part = alert_only.part("push_guard")
    on_repositories = {(action, REPOSITORIES) for action in READ_IMAGES}
    alerts = dispatch_permissions(alert_only)

    common = common_permissions(part, publishes=False)
    assert permissions(part) == common | on_repositories | alerts


def test_alert_dispatch_can_send_to_its_own_queue_and_nothing_else(template: Template) -> None:
    part = template.part("alert_dispatch")

    assert permissions(part) == common_permissions(part) | dispatch_permissions(template)


def test_the_push_guard_can_read_repository_tags_only_with_team_overrides(
    overridable: Template, template: Template
) -> None:
    read_tags = ("ecr:ListTagsForResource", REPOSITORIES)

    assert publish_permissions(overridable) | {read_tags} <= permissions(
        overridable.part("push_guard")
    )
    assert read_tags not in permissions(template.part("push_guard"))


def test_a_rule_that_marks_grants_put_image_only_in_its_repositories(
    overridable: Template,
) -> None:
    where = REPOSITORIES.replace("repository/*", "repository/ml/*")

    assert ("ecr:PutImage", where) in permissions(overridable.part("push_guard"))


def test_the_diagnosis_can_only_read(template: Template) -> None:
    part = template.part("pull_diagnosis")

    (table_id,) = template.resources("AWS::DynamoDB::Table")
    read_ledger = ("dynamodb:Query", f"${{{table_id}.Arn}}/index/{LEDGER_INDEX}")
    assert permissions(part) == common_permissions(part) | DIAGNOSIS_READS | {read_ledger}


def test_the_sweep_can_only_read_the_registry_and_enqueue_findings(
    template: Template, overridable: Template
) -> None:
    part = template.part("sweep")
    look = {*READ_IMAGES, "ecr:DescribeImages", "ecr:DescribeRepositories"}
    queues = (part.queue_id, template.part("push_guard").queue_id)
    send = {("sqs:SendMessage", f"${{{queue}.Arn}}") for queue in queues}
    on_repositories = {(action, REPOSITORIES) for action in look}

    assert permissions(part) == common_permissions(part) | on_repositories | send
    assert ("ecr:ListTagsForResource", REPOSITORIES) in permissions(overridable.part("sweep"))


@pytest.mark.parametrize("module", ["push_guard", "pull_diagnosis", "sweep"])
def test_each_function_has_a_role_of_its_own_and_no_managed_policy(
    template: Template, module: str
) -> None:
    role = template.part(module).role

    assert len(template.resources("AWS::IAM::Role")) == len(
        template.resources("AWS::Lambda::Function")
    )
    assert not template.resources("AWS::IAM::Policy")
    assert "ManagedPolicyArns" not in role
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}


@pytest.mark.parametrize("which", ["template", "alert_only"])
def test_no_role_has_a_wildcard_action_or_may_delete_images(
    which: str, request: pytest.FixtureRequest
) -> None:
    template: Template = request.getfixturevalue(which)
    parts = [template.part(module) for module in ("push_guard", "pull_diagnosis", "sweep")]
    allowed = {action for part in parts for action, _ in permissions(part)}

    assert not [action for action in allowed if "*" in action]
    assert "ecr:BatchDeleteImage" not in allowed


@pytest.mark.parametrize("which", ["template", "hardened", "everything"])
@pytest.mark.parametrize("module", ["push_guard", "pull_diagnosis", "sweep"])
@pytest.mark.parametrize("queue", ["Arn", "DeadLetterConfig"])
def test_a_queue_allows_only_its_own_rules(
    which: str, module: str, queue: str, request: pytest.FixtureRequest
) -> None:
    template: Template = request.getfixturevalue(which)
    rules = template.part(module).rules
    for rule in rules.values():
        (target,) = rule["Targets"]
        arn = target[queue] if queue == "Arn" else target[queue]["Arn"]
        statements = _allowing(template.resource_policy("AWS::SQS::QueuePolicy", arn))

        assert len(statements) == len(rules)
        for allowed in statements:
            assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
            assert actions(allowed) == ["sqs:SendMessage"]
        assert [allowed["Condition"] for allowed in statements] == [
            {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": [rule_id, "Arn"]}}} for rule_id in rules
        ]


@pytest.mark.parametrize("which", ["template", "hardened", "everything"])
def test_no_resource_policy_allows_a_service_on_behalf_of_another_account(
    which: str, request: pytest.FixtureRequest
) -> None:
    template: Template = request.getfixturevalue(which)
    documents = [
        *(key["KeyPolicy"] for key in template.resources("AWS::KMS::Key").values()),
        *(it["PolicyDocument"] for it in template.resources("AWS::SQS::QueuePolicy").values()),
        *(it["PolicyDocument"] for it in template.resources("AWS::SNS::TopicPolicy").values()),
    ]
    to_services = [
        statement
        for document in documents
        for statement in _allowing(document["Statement"])
        if "Service" in statement["Principal"]
    ]

    assert to_services
    for statement in to_services:
        wanted = [value for test in statement["Condition"].values() for value in test.values()]
        assert all(_is_of_this_account(template, value) for value in wanted), statement


def _is_of_this_account(template: Template, value: object) -> bool:
    text = as_text(value)
    own = {name for name in template.content["Resources"] if text.startswith(f"${{{name}")}
    return bool(own) or "${AWS::AccountId}" in text


def test_the_topic_allows_only_alarms_of_this_account(template: Template) -> None:
    (topic_id,) = template.resources("AWS::SNS::Topic")
    (allowed,) = _allowing(template.resource_policy("AWS::SNS::TopicPolicy", {"Ref": topic_id}))

    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert actions(allowed) == ["sns:Publish"]
    _assert_only_alarms_of_this_account(allowed)


def test_the_key_allows_only_this_account_and_its_alarms(template: Template) -> None:
    by_account, by_alarms = template.only("AWS::KMS::Key")["KeyPolicy"]["Statement"]

    assert as_text(by_account["Principal"]["AWS"]) == (
        "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"
    )
    assert by_alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert set(actions(by_alarms)) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    _assert_only_alarms_of_this_account(by_alarms)


def test_queues_and_the_topic_refuse_connections_without_tls(template: Template) -> None:
    queues = template.resources("AWS::SQS::Queue")
    topics = template.resources("AWS::SNS::Topic")
    policies = [
        *(template.resource_policy("AWS::SQS::QueuePolicy", {"Ref": queue}) for queue in queues),
        *(template.resource_policy("AWS::SNS::TopicPolicy", {"Ref": topic}) for topic in topics),
    ]

    assert len(policies) == 9
    for statements in policies:
        assert any(
            statement["Effect"] == "Deny"
            and statement["Principal"] in ("*", {"AWS": "*"})
            and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            for statement in statements
        )


def test_everything_that_is_stored_is_encrypted(template: Template) -> None:
    (key_id,) = template.resources("AWS::KMS::Key")

    assert all(
        queue["SqsManagedSseEnabled"] for queue in template.resources("AWS::SQS::Queue").values()
    )
    assert logical_id(template.only("AWS::SNS::Topic")["KmsMasterKeyId"]) == key_id
    assert template.only("AWS::KMS::Key")["EnableKeyRotation"] is True
    assert template.only("AWS::DynamoDB::Table")["SSESpecification"] == {"SSEEnabled": True}


def test_the_table_can_be_restored_to_any_moment(template: Template) -> None:
    assert template.only("AWS::DynamoDB::Table")["PointInTimeRecoverySpecification"] == {
        "PointInTimeRecoveryEnabled": True
    }


def _allowing(statements: list[Properties]) -> list[Properties]:
    return [statement for statement in statements if statement["Effect"] == "Allow"]


def _assert_only_alarms_of_this_account(statement: Properties) -> None:
    condition: dict[str, Any] = statement["Condition"]
    assert condition["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert as_text(condition["ArnLike"]["aws:SourceArn"]) == ALARMS
