"""Finding the deployed guard from the command line."""

import pytest

from platform_guard_cli.doctor.stack import find_stack
from platform_guard_cli.errors import UsageError
from platform_guard_cli.operator_clients import OperatorClients
from platform_guard_emulator import Deployment, LocalAws


@pytest.fixture
def clients(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> OperatorClients:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return OperatorClients(aws.region)


def test_resources_of_the_guard_are_found_by_type(
    aws: LocalAws, guard: Deployment, clients: OperatorClients
) -> None:
    stack = find_stack(clients, aws.region)

    assert (stack.account, stack.region, stack.status) == (
        aws.account,
        aws.region,
        "CREATE_COMPLETE",
    )
    assert stack.function("push_guard") == guard.function("push_guard.handler").name
    assert stack.only("AWS::SNS::Topic").startswith(f"arn:aws:sns:{aws.region}:{aws.account}:")
    tables = aws.client("dynamodb").list_tables()["TableNames"]
    assert [stack.only("AWS::DynamoDB::Table")] == tables


@pytest.mark.usefixtures("guard")
def test_a_missing_resource_is_reported(aws: LocalAws, clients: OperatorClients) -> None:
    stack = find_stack(clients, aws.region)

    with pytest.raises(UsageError, match=r"^Stack ecr-platform-guard has no function x\."):
        stack.function("x")
    with pytest.raises(UsageError, match=r"has 0 resources of type AWS::S3::Bucket"):
        stack.only("AWS::S3::Bucket")


def test_a_missing_stack_is_reported(aws: LocalAws, clients: OperatorClients) -> None:
    with pytest.raises(UsageError) as caught:
        find_stack(clients, aws.region, "another")

    assert str(caught.value) == (
        "Stack another not found in eu-central-1. Run make deploy, "
        "or name the region with --region and the stack with --stack."
    )
