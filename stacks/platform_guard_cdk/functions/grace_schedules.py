"""The EventBridge Scheduler group and role that end grace periods."""

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from platform_guard.remediation.ledger import SCHEDULE_GROUP_OUTPUT
from platform_guard_cdk.shared.encryption import Encryption


class GraceSchedules(Construct):
    """A schedule group: the push guard creates one schedule per grace period in it."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.group = scheduler.ScheduleGroup(
            self, "Schedules", removal_policy=RemovalPolicy.DESTROY
        )
        output = CfnOutput(
            self,
            "GroupName",
            value=self.group.schedule_group_name,
            description="The schedule group that platform-guard undo deletes schedules from",
        )
        output.override_logical_id(SCHEDULE_GROUP_OUTPUT)
        self._delivery_policy = iam.PolicyDocument()
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
                conditions={
                    "StringEquals": {
                        "aws:SourceAccount": Stack.of(self).account,
                        "aws:SourceArn": self.group.schedule_group_arn,
                    }
                },
            ),
            inline_policies={"Permissions": self._delivery_policy},
        )

    def deliver_to(self, queue: sqs.Queue, dead_letters: sqs.Queue, encryption: Encryption) -> None:
        """Let the schedules send to a queue and its dead-letter queue, and nothing else."""
        self._delivery_policy.add_statements(
            iam.PolicyStatement(
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn, dead_letters.queue_arn],
            )
        )
        if encryption.customer_key is not None:
            # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
            self._delivery_policy.add_statements(
                iam.PolicyStatement(
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=[encryption.customer_key.key_arn],
                )
            )

    def permissions_to_schedule(self) -> list[iam.PolicyStatement]:
        """Return the permissions to start a grace period."""
        return [
            iam.PolicyStatement(actions=["scheduler:CreateSchedule"], resources=[self._schedules]),
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[self.role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
            ),
        ]

    def permissions_to_cancel(self) -> list[iam.PolicyStatement]:
        """Return the permissions to list pending grace periods and cancel them."""
        return [
            iam.PolicyStatement(actions=["scheduler:DeleteSchedule"], resources=[self._schedules]),
            iam.PolicyStatement(
                # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html
                # ListSchedules does not support resource-level permissions.
                actions=["scheduler:ListSchedules"],
                resources=["*"],
            ),
        ]

    @property
    def _schedules(self) -> str:
        return Stack.of(self).format_arn(
            service="scheduler",
            resource="schedule",
            resource_name=f"{self.group.schedule_group_name}/*",
        )
