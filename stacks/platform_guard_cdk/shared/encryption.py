"""What encrypts the guard's data at rest, and who may have it decrypted."""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct


class Encryption(Construct):
    """The key of the alerts, which encrypts all else as well where the operator wants that.

    The key that AWS manages for SNS admits no alarms, so the topic takes a customer managed key in
    any case. Queues, table, logs and secrets take it where `everything` is set or a key is given,
    and keys of AWS otherwise, which cost nothing.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        everything: bool,
        key: kms.IKey | None,
    ) -> None:
        """Use `key`, or make one. A key from outside of the app keeps the policy that it has."""
        super().__init__(scope, construct_id)
        self.key: kms.IKey = key or kms.Key(
            self,
            "Key",
            description="Encrypts what the ECR platform guard stores and sends",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.customer_key = self.key if everything or key is not None else None
        """The key of queues, table, logs and secrets; None: keys of AWS."""
        self._admit_alarms()
        if self.customer_key is not None:
            self._admit_delivery()
            self._admit_logs()

    def permissions_to_use(self, *, publishes: bool) -> list[iam.PolicyStatement]:
        """Return what a function's role needs to publish and, with a customer key, to all else."""
        if not publishes and self.customer_key is None:
            return []
        actions = ["kms:Decrypt", "kms:GenerateDataKey"]
        if self.customer_key is not None:
            # What DynamoDB does on behalf of the caller:
            # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
            actions += ["kms:DescribeKey", "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
        return [iam.PolicyStatement(actions=actions, resources=[self.key.key_arn])]

    def _admit_alarms(self) -> None:
        """Let this account's alarms publish to the encrypted topic.

        https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
        """
        self._admit(
            "AlarmsMayPublish",
            alarms_of(Stack.of(self)),
            "kms:Decrypt",
            "kms:GenerateDataKey*",
        )

    def _admit_delivery(self) -> None:
        """Let EventBridge and SNS put this account's events and alerts into encrypted queues.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
        """
        condition = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        for service in ("events", "sns"):
            self._admit(
                f"{service.capitalize()}MayDeliver",
                iam.ServicePrincipal(f"{service}.amazonaws.com", conditions=condition),
                "kms:Decrypt",
                "kms:GenerateDataKey*",
            )

    def _admit_logs(self) -> None:
        """Let CloudWatch Logs encrypt the log groups of this account.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
        """
        stack = Stack.of(self)
        groups = stack.format_arn(service="logs", resource="log-group:*")
        self._admit(
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

    def _admit(self, sid: str, principal: iam.IPrincipal, *actions: str) -> None:
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid=sid, principals=[principal], actions=list(actions), resources=["*"]
            )
        )


def alarms_of(stack: Stack) -> iam.ServicePrincipal:
    """Return the principal that the alarms of this account, and of no other, act as."""
    return iam.ServicePrincipal(
        "cloudwatch.amazonaws.com",
        conditions={
            "StringEquals": {"aws:SourceAccount": stack.account},
            "ArnLike": {
                "aws:SourceArn": stack.format_arn(service="cloudwatch", resource="alarm:*")
            },
        },
    )
