"""The pull diagnosis: what starts it and what it may see."""

from aws_cdk import Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from platform_guard.diagnosis.steady_service import DETAIL_TYPE, STEADY
from platform_guard.diagnosis.task_event import StopCode
from platform_guard_cdk.functions.sqs_function import SqsFunction
from platform_guard_cdk.shared.resources import SharedResources

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
# The text is not filtered on: it stands in another place on EC2 than on Fargate, and may be cut.
_FAILED_TO_START = events.EventPattern(
    source=["aws.ecs"],
    detail_type=["ECS Task State Change"],
    detail={"lastStatus": ["STOPPED"], "stopCode": [StopCode.FAILED_TO_START]},
)

# What a shell and a container engine exit with when the kernel answers "exec format error". One
# container of the task is enough: EventBridge matches an array of objects element by element.
_EXITED_AS_IF_NOT_EXECUTABLE = events.EventPattern(
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
    """Explains every task in this account and region that cannot pull or execute its image."""

    def __init__(self, scope: Construct, construct_id: str, *, shared: SharedResources) -> None:
        patterns = {"FailedToStart": _FAILED_TO_START}
        if shared.settings.exec_format:
            patterns["Exited"] = _EXITED_AS_IF_NOT_EXECUTABLE
        if shared.settings.alerts.resolved:
            patterns["Steady"] = _STEADY
        super().__init__(
            scope,
            construct_id,
            shared=shared,
            module="pull_diagnosis",
            description="Explains why tasks in Amazon ECS cannot pull or execute their image",
            event_patterns=patterns,
            # The image is there or not already, so there is nothing to wait for.
            delay_seconds=0,
            permissions=[
                *_permissions_to_look(Stack.of(scope)),
                *shared.state.permissions_to_read_ledger(),
            ],
        )


def _permissions_to_look(stack: Stack) -> list[iam.PolicyStatement]:
    """Let the function read what explains a failed pull, and change nothing."""
    return [
        iam.PolicyStatement(
            actions=[
                "ecr:BatchGetImage",
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:GetDownloadUrlForLayer",
            ],
            # Tasks pull from other accounts and regions too. Another account's repository answers
            # only where its own policy admits this account as well.
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
            # None of these knows permissions on a single resource.
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonecs.html
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
            resources=["*"],
        ),
    ]
