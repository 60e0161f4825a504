"""Encryption at rest: the KMS key and who may use it."""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct


class Encryption(Construct):
    """The customer managed key of the topic, optionally used for everything else too.

    CloudWatch alarms cannot publish to a topic that uses the AWS managed key for SNS, so the topic
    always has a customer managed key. Queues, table and logs use it if `everything` is set or a key
    is given; otherwise they use AWS's own keys, which are free.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        everything: bool,
        key: kms.IKey | None,
    ) -> None:
        """Use `key`, or create one. The policy of a key from outside the app is not changed."""
        super().__init__(scope, construct_id)
        self.key: kms.IKey = key or kms.Key(
            self,
            "Key",
            description="Encrypts the alerts and data of the ECR platform guard",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.customer_key = self.key if everything or key is not None else None
        """The key of queues, table, logs and environment variables; None: AWS's own keys."""
        self._allow_alarms()
        if self.customer_key is not None:
            self._allow_delivery()
            self._allow_logs()

    def permissions_to_use(self, *, publishes: bool) -> list[iam.PolicyStatement]:
        """Return the key permissions to publish and, with a customer key, for queues and table."""
        if not publishes and self.customer_key is None:
            return []
        actions = ["kms:Decrypt", "kms:GenerateDataKey"]
        if self.customer_key is not None:
            # DynamoDB uses the key on behalf of the caller:
            # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
            actions += ["kms:DescribeKey", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
        return [iam.PolicyStatement(actions=actions, resources=[self.key.key_arn])]

    def _allow_alarms(self) -> None:
        """Allow this account's alarms to publish to the encrypted topic.

        https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
        """
        self._allow(
            "AlarmsMayPublish",
            alarm_principal(Stack.of(self)),
            "kms:Decrypt",
            "kms:GenerateDataKey*",
        )

    def _allow_delivery(self) -> None:
        """Allow EventBridge and SNS to send this account's messages to encrypted queues.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
        """
        condition = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        for service in ("events", "sns"):
            self._allow(
                f"{service.capitalize()}MayDeliver",
                iam.ServicePrincipal(f"{service}.amazonaws.com", conditions=condition),
                "kms:Decrypt",
                "kms:GenerateDataKey*",
            )

    def _allow_logs(self) -> None:
        """Allow CloudWatch Logs to encrypt the log groups of this account.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
        """
        stack = Stack.of(self)
        groups = stack.format_arn(service="logs", resource="log-group:*")
        self._allow(
            "LogsMayBeEncrypted",
            iam.ServicePrincipal(
                f"logs.{stack.region}.{stack.url_suffix}",
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
            ),
            "kms:Decrypt*",
            "kms:Describe*",
            "kms:Encrypt*",
            "kms:GenerateDataKey*",
            "kms:ReEncrypt*",
        )

    def _allow(self, sid: str, principal: iam.IPrincipal, *actions: str) -> None:
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid=sid, principals=[principal], actions=list(actions), resources=["*"]
            )
        )


def alarm_principal(stack: Stack) -> iam.ServicePrincipal:
    """Return the CloudWatch principal, limited to alarms of this account."""
    return iam.ServicePrincipal(
        "cloudwatch.amazonaws.com",
        conditions={
            "StringEquals": {"aws:SourceAccount": stack.account},
            "ArnLike": {
                "aws:SourceArn": stack.format_arn(service="cloudwatch", resource="alarm:*")
            },
        },
    )
