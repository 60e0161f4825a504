"""What the push guard may take away: no more than the policy asks for, and only where it does."""

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
def strong(synthesize: Synthesize) -> Template:
    return synthesize(DESTRUCTIVE_RULES).template


def repositories(template: Template, action: str) -> set[str]:
    """Give the patterns of the repositories on which the push guard may do something."""
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
    strong: Template, action: str, patterns: set[str]
) -> None:
    assert repositories(strong, action) == patterns


def test_what_runs_may_be_seen_where_something_is_taken_away(
    strong: Template, template: Template
) -> None:
    assert allowed(strong) >= PROTECTION
    assert not allowed(template) & PROTECTION


def test_schedules_are_the_guards_own_and_reach_its_queue_and_dead_letters_alone(
    strong: Template,
) -> None:
    ((group, group_properties),) = strong.resources("AWS::Scheduler::ScheduleGroup").items()
    part = strong.part("push_guard")
    (pass_role,) = [item for item in part.role_statements() if "iam:PassRole" in actions(item)]
    role = strong.at(pass_role["Resource"])
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


def test_without_a_grace_period_what_waits_already_can_end_and_nothing_else_can_wait(
    synthesize: Synthesize, strong: Template
) -> None:
    without = synthesize(DESTRUCTIVE_RULES.replace('"24h"', '"0m"')).template

    groups = strong.resources("AWS::Scheduler::ScheduleGroup")
    assert without.resources("AWS::Scheduler::ScheduleGroup") == groups
    assert allowed(strong) - allowed(without) == {"iam:PassRole", "scheduler:CreateSchedule"}
    assert allowed(without) >= {"scheduler:DeleteSchedule", "scheduler:ListSchedules"}


def test_where_nothing_is_taken_away_there_are_no_schedules(template: Template) -> None:
    assert not template.resources("AWS::Scheduler::ScheduleGroup")
    assert not [action for action in allowed(template) if action.startswith("scheduler:")]


def test_history_is_found_by_repository_and_time_and_holds_no_manifests(template: Template) -> None:
    (index,) = template.only("AWS::DynamoDB::Table")["GlobalSecondaryIndexes"]

    assert [key["AttributeName"] for key in index["KeySchema"]] == ["repository", "at"]
    assert index["Projection"] == {"NonKeyAttributes": ["entry"], "ProjectionType": "INCLUDE"}
    output = template.content["Outputs"]["GuardStateTable"]["Value"]
    assert logical_id(output) in template.resources("AWS::DynamoDB::Table")


def _resources(statement: Properties) -> list[object]:
    resource = statement["Resource"]
    return resource if isinstance(resource, list) else [resource]
