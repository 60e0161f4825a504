"""The pull diagnosis: the events that start it, and its read permissions."""

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from platform_guard.diagnosis.steady_service import DETAIL_TYPE, STEADY
from platform_guard.diagnosis.task_event import StopCode
from platform_guard_cdk.functions.sqs_function import SqsFunction
from platform_guard_cdk.shared.resources import SharedResources

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
# The pattern ignores the error text: EC2 and Fargate report it in different fields, and it may be
# truncated.
_FAILED_TO_START = events.EventPattern(
    source=["aws.ecs"],
    detail_type=["ECS Task State Change"],
    detail={"lastStatus": ["STOPPED"], "stopCode": [StopCode.FAILED_TO_START]},
)

# The exit codes of a container engine and a shell after "exec format error". One container of the
# task is enough: EventBridge matches an array of objects element by element.
_EXITED = events.EventPattern(
    source=["aws.ecs"],
    detail_type=["ECS Task State Change"],
    detail={
        "lastStatus": ["STOPPED"],
        "stopCode": [StopCode.ESSENTIAL_CONTAINER_EXITED],
        "containers": {"exitCode": [1, 255]},
    },
)

_STEADY = events.EventPattern(
    source=["aws.ecs"], detail_type=[DETAIL_TYPE], detail={"eventName": [STEADY]}
)


class PullDiagnosis(SqsFunction):
    """Explains every ECS task in this account and region that cannot pull or start its image."""

    def __init__(self, scope: Construct, construct_id: str, *, shared: SharedResources) -> None:
        patterns = {"FailedToStart": _FAILED_TO_START}
        if shared.settings.exec_format:
            patterns["Exited"] = _EXITED
        if shared.settings.alerts.resolved:
            patterns["Steady"] = _STEADY
        super().__init__(
            scope,
            construct_id,
            shared=shared,
            module="pull_diagnosis",
            description="Explains why Amazon ECS tasks cannot pull or start their image",
            event_patterns=patterns,
            # Waiting gains nothing: the image is already there, or it is missing.
            delay_seconds=0,
            permissions=[
                *_read_permissions(Stack.of(scope)),
                *shared.state.permissions_to_read_ledger(),
            ],
        )


def _read_permissions(stack: Stack) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            actions=[
                "ecr:BatchGetImage",
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:GetDownloadUrlForLayer",
            ],
            # Tasks also pull from other accounts and regions. Another account's repository must
            # allow this account in its own policy.
            resources=[
                stack.format_arn(
                    service="ecr",
                    region="*",
                    account="*",
                    resource="repository",
                    resource_name="*",
                )
            ],
        ),
        iam.PolicyStatement(
            actions=["ecs:DescribeServices"],
            resources=[stack.format_arn(service="ecs", resource="service", resource_name="*")],
        ),
        iam.PolicyStatement(
            actions=["ecs:DescribeContainerInstances"],
            resources=[
                stack.format_arn(service="ecs", resource="container-instance", resource_name="*")
            ],
        ),
        iam.PolicyStatement(
            actions=[
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeRouteTables",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcEndpoints",
                "ecr:DescribePullThroughCacheRules",
                "ecs:DescribeTaskDefinition",
            ],
            # None of these supports resource-level permissions.
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonecs.html
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
            resources=["*"],
        ),
    ]
