"""Finding the deployed guard from the command line."""

import pytest

from platform_guard_cli.doctor.stack import find_deployed
from platform_guard_cli.errors import UsageError
from platform_guard_cli.operator_clients import OperatorClients
from platform_guard_emulator import Deployment, LocalAws


@pytest.fixture
def clients(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> OperatorClients:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return OperatorClients(aws.region)


def test_the_parts_of_the_guard_are_found_by_what_they_are(
    aws: LocalAws, guard: Deployment, clients: OperatorClients
) -> None:
    stack = find_deployed(clients, aws.region)

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
def test_what_the_stack_does_not_hold_is_refused_in_one_line(
    aws: LocalAws, clients: OperatorClients
) -> None:
    stack = find_deployed(clients, aws.region)

    with pytest.raises(UsageError, match=r"^stack ecr-platform-guard has no function that runs x:"):
        stack.function("x")
    with pytest.raises(UsageError, match=r"holds 0 of AWS::S3::Bucket"):
        stack.only("AWS::S3::Bucket")


def test_where_it_is_not_deployed_it_says_so(aws: LocalAws, clients: OperatorClients) -> None:
    with pytest.raises(UsageError) as caught:
        find_deployed(clients, aws.region, "another")

    assert str(caught.value) == (
        "stack another not found in eu-central-1: run make deploy, "
        "or name the region with --region and the stack with --stack"
    )
