"""The DynamoDB table with the guard's state."""

from aws_cdk import CfnOutput, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from platform_guard.remediation.ledger import (
    LEDGER_INDEX,
    LEDGER_INDEX_ATTRIBUTES,
    LEDGER_INDEX_KEYS,
    STATE_TABLE_OUTPUT,
)
from platform_guard_cdk.shared.encryption import Encryption


class State(Construct):
    """The table with the ledger, the sweep's state, and idempotency records.

    Idempotency records have the format of Powertools. Every item has a TTL, so the stack deletes
    the table with itself; DynamoDB keeps a backup for 35 days after that.
    """

    def __init__(self, scope: Construct, construct_id: str, *, encryption: Encryption) -> None:
        super().__init__(scope, construct_id)
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            time_to_live_attribute="expiration",
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            encryption=dynamodb.TableEncryption.AWS_MANAGED
            if encryption.customer_key is None
            else dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=encryption.customer_key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.table_name = self.table.table_name
        self._use_statement = iam.PolicyStatement(
            actions=[
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
            ],
            resources=[self.table.table_arn],
        )
        repository, at = (
            dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
            for name in LEDGER_INDEX_KEYS
        )
        # Only ledger entries have these attributes, so the index contains nothing else.
        self.table.add_global_secondary_index(
            index_name=LEDGER_INDEX,
            partition_key=repository,
            sort_key=at,
            projection_type=dynamodb.ProjectionType.INCLUDE,
            non_key_attributes=list(LEDGER_INDEX_ATTRIBUTES),
        )
        output = CfnOutput(
            self,
            "TableName",
            value=self.table_name,
            description="The table that platform-guard history and undo read",
        )
        output.override_logical_id(STATE_TABLE_OUTPUT)

    def permissions_to_use(self) -> list[iam.PolicyStatement]:
        """Return the permissions to read and write single items."""
        return [self._use_statement]

    def permissions_to_read_ledger(self) -> list[iam.PolicyStatement]:
        """Return the permissions to read the ledger by repository."""
        return [
            iam.PolicyStatement(
                actions=["dynamodb:Query"],
                resources=[f"{self.table.table_arn}/index/{LEDGER_INDEX}"],
            )
        ]
