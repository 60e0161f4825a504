"""What ends grace periods: a group of schedules, and a role that may announce their end."""

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from platform_guard.remediation.ledger import SCHEDULE_GROUP_OUTPUT
from platform_guard_cdk.shared.encryption import Encryption


class Grace(Construct):
    """A group that the push guard puts a schedule into for each image that waits."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.group = scheduler.ScheduleGroup(
            self, "Schedules", removal_policy=RemovalPolicy.DESTROY
        )
        output = CfnOutput(
            self,
            "GroupName",
            value=self.group.schedule_group_name,
            description="The schedules that platform-guard undo deletes from",
        )
        output.override_logical_id(SCHEDULE_GROUP_OUTPUT)
        self._may_announce = iam.PolicyDocument()
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
            inline_policies={"Permissions": self._may_announce},
        )

    def announce_to(
        self, queue: sqs.Queue, dead_letters: sqs.Queue, encryption: Encryption
    ) -> None:
        """Let the schedules send to a queue, to its dead letters, and to nothing else."""
        self._may_announce.add_statements(
            iam.PolicyStatement(
                actions=["sqs:SendMessage"],
                resources=[queue.queue_arn, dead_letters.queue_arn],
            )
        )
        if encryption.customer_key is not None:
            # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
            self._may_announce.add_statements(
                iam.PolicyStatement(
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=[encryption.customer_key.key_arn],
                )
            )

    def permissions_to_begin(self) -> list[iam.PolicyStatement]:
        """Return what a function's role needs to let an image wait."""
        return [
            iam.PolicyStatement(actions=["scheduler:CreateSchedule"], resources=[self._schedules]),
            iam.PolicyStatement(
                actions=["iam:PassRole"],
                resources=[self.role.role_arn],
                conditions={"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
            ),
        ]

    def permissions_to_end(self) -> list[iam.PolicyStatement]:
        """Return what a function's role needs to see what waits, and to let it wait no more."""
        return [
            iam.PolicyStatement(actions=["scheduler:DeleteSchedule"], resources=[self._schedules]),
            iam.PolicyStatement(
                # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html
                # It knows no permissions on a single group.
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
