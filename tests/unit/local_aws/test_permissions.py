import pytest

from platform_guard_emulator.iam.permissions import Permission, Scope, required_permissions

SCOPE = Scope("123456789012", "eu-central-1")
ECR = "arn:aws:ecr:eu-central-1:123456789012:repository"
TABLE = "arn:aws:dynamodb:eu-central-1:123456789012:table"


@pytest.mark.parametrize(
    ("service", "operation", "params", "expected"),
    [
        ("ecr", "PutImage", {"repositoryName": "a/b"}, [f"{ECR}/a/b"]),
        (
            "ecr",
            "BatchGetImage",
            {"repositoryName": "a", "registryId": "210987654321"},
            ["arn:aws:ecr:eu-central-1:210987654321:repository/a"],
        ),
        ("ecr", "DescribeRepositories", {"repositoryNames": ["a", "b"]}, [f"{ECR}/a", f"{ECR}/b"]),
        ("ecr", "GetAuthorizationToken", {}, ["*"]),
        ("ecr", "ListTagsForResource", {"resourceArn": f"{ECR}/a"}, [f"{ECR}/a"]),
        ("sns", "Publish", {"TopicArn": "arn:aws:sns:::alerts"}, ["arn:aws:sns:::alerts"]),
        (
            "sqs",
            "SendMessage",
            {"QueueUrl": "https://sqs.eu-central-1.amazonaws.com/123456789012/pushes"},
            ["arn:aws:sqs:eu-central-1:123456789012:pushes"],
        ),
        ("dynamodb", "PutItem", {"TableName": "state"}, [f"{TABLE}/state"]),
        (
            "dynamodb",
            "Query",
            {"TableName": "state", "IndexName": "by-image"},
            [f"{TABLE}/state/index/by-image"],
        ),
        ("dynamodb", "BatchWriteItem", {"RequestItems": {"state": []}}, [f"{TABLE}/state"]),
        ("ecs", "DescribeTaskDefinition", {"taskDefinition": "web:3"}, ["*"]),
        (
            "ecs",
            "DescribeServices",
            {"cluster": "arn:aws:ecs:eu-central-1:123456789012:cluster/blue", "services": ["web"]},
            ["arn:aws:ecs:eu-central-1:123456789012:service/blue/web"],
        ),
        (
            "ecs",
            "DescribeContainerInstances",
            {"cluster": "blue", "containerInstances": ["5d0a"]},
            ["arn:aws:ecs:eu-central-1:123456789012:container-instance/blue/5d0a"],
        ),
        ("lambda", "ListFunctions", {}, ["*"]),
        (
            "lambda",
            "GetFunction",
            {"FunctionName": "worker"},
            ["arn:aws:lambda:eu-central-1:123456789012:function:worker"],
        ),
        (
            "ssm",
            "GetParameter",
            {"Name": "/guard/webhook"},
            ["arn:aws:ssm:eu-central-1:123456789012:parameter/guard/webhook"],
        ),
        ("ec2", "DescribeSubnets", {"SubnetIds": ["subnet-1"]}, ["*"]),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_call_needs_permission_for_its_action_on_its_resources(
    service: str, operation: str, params: dict[str, object], expected: list[str]
) -> None:
    needed = required_permissions(service, operation, params, SCOPE)

    assert needed == [Permission(f"{service}:{operation}", resource) for resource in expected]


def test_a_batch_operation_needs_the_action_of_the_single_operation() -> None:
    params = {"QueueUrl": "https://sqs.eu-central-1.amazonaws.com/123456789012/q"}

    assert [
        item.action for item in required_permissions("sqs", "SendMessageBatch", params, SCOPE)
    ] == ["sqs:SendMessage"]


def test_an_unsupported_service_raises_an_error() -> None:
    with pytest.raises(NotImplementedError, match="route53"):
        required_permissions("route53", "ListHostedZones", {}, SCOPE)
