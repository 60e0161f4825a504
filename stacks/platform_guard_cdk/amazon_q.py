"""The Slack channel that Amazon Q Developer in chat applications posts alerts to."""

from aws_cdk import aws_chatbot as chatbot
from aws_cdk import aws_iam as iam
from constructs import Construct

from platform_guard.alerts.settings import AmazonQ
from platform_guard_cdk.shared.resources import SharedResources


class AmazonQChannel(Construct):
    """A Slack channel configuration that can post alerts and nothing else.

    Authorize the Slack workspace once in the console; CloudFormation cannot do that.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, shared: SharedResources, channel: AmazonQ
    ) -> None:
        super().__init__(scope, construct_id)
        # Questions to Amazon Q in the channel run with this role. It has no permissions.
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("chatbot.amazonaws.com"))
        chatbot.CfnSlackChannelConfiguration(
            self,
            "Channel",
            configuration_name="ecr-platform-guard",
            iam_role_arn=role.role_arn,
            slack_workspace_id=channel.workspace_id,
            slack_channel_id=channel.channel_id,
            sns_topic_arns=[shared.alerts.topic.topic_arn],
            logging_level="ERROR",
            # The default guardrail policy would let channel members administer the account.
            guardrail_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name("AWSDenyAll").managed_policy_arn
            ],
        )
