"""A channel of Slack that Amazon Q Developer in chat applications posts alerts to."""

from aws_cdk import aws_chatbot as chatbot
from aws_cdk import aws_iam as iam
from constructs import Construct

from platform_guard.alerts.settings import AmazonQ
from platform_guard_cdk.shared.resources import SharedResources


class AmazonQChannel(Construct):
    """Lets Amazon Q post to a channel, and do nothing else.

    The workspace must be authorized once in the console; CloudFormation cannot do that.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, shared: SharedResources, channel: AmazonQ
    ) -> None:
        super().__init__(scope, construct_id)
        # Users who ask Amazon Q something in the channel act as this role, which may do nothing.
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
            # Without a guardrail the default lets the channel's members administer the account.
            guardrail_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name("AWSDenyAll").managed_policy_arn
            ],
        )
