"""Destructive permissions of the push guard: only for configured remedies and repositories."""

import pytest

from tests.infrastructure.conftest import Synthesize
from tests.infrastructure.template import Properties, Template, actions, as_text, logical_id
from tests.support.destructive_rules import DESTRUCTIVE_RULES

PROTECTION = {
    "ecs:DescribeServices",
    "ecs:DescribeTaskDefinition",
    "ecs:DescribeTasks",
    "ecs:ListClusters",
    "ecs:ListServices",
    "ecs:ListTasks",
    "lambda:GetFunction",
    "lambda:ListFunctions",
}


@pytest.fixture(scope="module")
def destructive(synthesize: Synthesize) -> Template:
    return synthesize(DESTRUCTIVE_RULES).template


def repositories(template: Template, action: str) -> set[str]:
    """Return the repository patterns for which the push guard has `action`."""
    return {
        as_text(resource).partition(":repository/")[2]
        for statement in template.part("push_guard").role_statements()
        if action in actions(statement)
        for resource in _resources(statement)
    }


def allowed(template: Template) -> set[str]:
    return {
        action
        for statement in template.part("push_guard").role_statements()
        for action in actions(statement)
    }


@pytest.mark.parametrize(
    ("action", "patterns"),
    [
        ("ecr:BatchGetImage", {"*"}),
        ("ecr:PutImage", {"*"}),
        ("ecr:DescribeImages", {"quarantine/*", "archive/*", "delete/*", "later/*"}),
        ("ecr:BatchDeleteImage", {"quarantine/*", "delete/*", "later/*"}),
        ("ecr:UpdateImageStorageClass", {"archive/*"}),
    ],
)
def test_images_may_be_changed_only_where_a_rule_says_so(
    destructive: Template, action: str, patterns: set[str]
) -> None:
    assert repositories(destructive, action) == patterns


def test_workloads_can_be_read_only_with_a_destructive_remedy(
    destructive: Template, template: Template
) -> None:
    assert allowed(destructive) >= PROTECTION
    assert not allowed(template) & PROTECTION


def test_schedules_reach_only_the_queue_and_dead_letters_of_the_push_guard(
    destructive: Template,
) -> None:
    ((group, group_properties),) = destructive.resources("AWS::Scheduler::ScheduleGroup").items()
    part = destructive.part("push_guard")
    (pass_role,) = [item for item in part.role_statements() if "iam:PassRole" in actions(item)]
    role = destructive.at(pass_role["Resource"])
    (policy,) = role["Policies"]
    (send,) = policy["PolicyDocument"]["Statement"]

    keep = {
        as_text(statement["Resource"])
        for statement in part.role_statements()
        if "scheduler:CreateSchedule" in actions(statement)
    }
    assert [arn.partition(":schedule/")[2] for arn in keep] == [f"{group_properties['Name']}/*"]
    assert actions(send) == ["sqs:SendMessage"]
    dead_letters = part.queue["RedrivePolicy"]["deadLetterTargetArn"]
    assert send["Resource"] == [{"Fn::GetAtt": [part.queue_id, "Arn"]}, dead_letters]
    environment = part.function["Environment"]["Variables"]
    assert environment["GUARD_DEAD_LETTERS_ARN"] == dead_letters
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"]["StringEquals"]["aws:SourceArn"] == {"Fn::GetAtt": [group, "Arn"]}


def test_without_a_grace_period_pending_schedules_can_be_canceled_but_none_created(
    synthesize: Synthesize, destructive: Template
) -> None:
    without = synthesize(DESTRUCTIVE_RULES.replace('"24h"', '"0m"')).template

    groups = destructive.resources("AWS::Scheduler::ScheduleGroup")
    assert without.resources("AWS::Scheduler::ScheduleGroup") == groups
    assert allowed(destructive) - allowed(without) == {"iam:PassRole", "scheduler:CreateSchedule"}
    assert allowed(without) >= {"scheduler:DeleteSchedule", "scheduler:ListSchedules"}


def test_without_a_destructive_remedy_there_are_no_schedules(template: Template) -> None:
    assert not template.resources("AWS::Scheduler::ScheduleGroup")
    assert not [action for action in allowed(template) if action.startswith("scheduler:")]


def test_the_ledger_index_is_keyed_by_repository_and_time_without_manifests(
    template: Template,
) -> None:
    (index,) = template.only("AWS::DynamoDB::Table")["GlobalSecondaryIndexes"]

    assert [key["AttributeName"] for key in index["KeySchema"]] == ["repository", "at"]
    assert index["Projection"] == {"NonKeyAttributes": ["entry"], "ProjectionType": "INCLUDE"}
    output = template.content["Outputs"]["GuardStateTable"]["Value"]
    assert logical_id(output) in template.resources("AWS::DynamoDB::Table")


def _resources(statement: Properties) -> list[object]:
    resource = statement["Resource"]
    return resource if isinstance(resource, list) else [resource]
