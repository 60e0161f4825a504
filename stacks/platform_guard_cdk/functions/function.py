"""A Lambda function with a role that has only the permissions granted here."""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from platform_guard_cdk.functions.policy_size import check_policy_size
from platform_guard_cdk.shared.alarms import watch_function
from platform_guard_cdk.shared.durations import seconds
from platform_guard_cdk.shared.metrics import NAMESPACE, service_name
from platform_guard_cdk.shared.resources import SharedResources
from platform_guard_cdk.shared.runtime import ARCHITECTURE, RUNTIME

# Lambda allocates CPU in proportion to memory. The work is TLS and JSON, so twice the memory takes
# about half the time at the same price, and alerts arrive sooner.
_MEMORY_MEGABYTES = 512


class GuardFunction(Construct):
    """A function with its role, log group and alarms, and access to the state table."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: SharedResources,
        module: str,
        description: str,
        timeout_seconds: int,
        permissions: Sequence[iam.PolicyStatement],
        reserved_concurrency: int | None = None,
        publishes: bool = True,
        sends_to_itself: bool = False,
    ) -> None:
        """Create the function whose entry point is `handler` in `lambdas/<module>.py`.

        `reserved_concurrency`: concurrent executions reserved for it; None reserves none.
        `publishes`: whether it publishes to the alert topic itself.
        `sends_to_itself`: whether it sends to its own source queue, fewer messages each time.
        """
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(
            self,
            "Log",
            retention=logs.RetentionDays.THREE_MONTHS,
            encryption_key=shared.encryption.customer_key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self._permissions = iam.PolicyDocument(
            statements=[
                *permissions,
                *(shared.alerts.permissions_to_publish() if publishes else ()),
                *shared.encryption.permissions_to_use(publishes=publishes),
                *shared.state.permissions_to_use(),
                _log_permissions(self.log_group),
            ]
        )
        self.function = lambda_.Function(
            self,
            "Handler",
            description=description,
            code=shared.code,
            handler=f"{module}.handler",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            layers=list(shared.layers),
            memory_size=_MEMORY_MEGABYTES,
            timeout=seconds(timeout_seconds),
            role=self._role(),
            log_group=self.log_group,
            # Powertools already logs JSON; Lambda's JSON format would wrap it again.
            logging_format=lambda_.LoggingFormat.TEXT,
            environment_encryption=shared.encryption.customer_key,
            reserved_concurrent_executions=reserved_concurrency,
            # By default Lambda stops a suspected loop after about 16 invocations:
            # https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
            recursive_loop=lambda_.RecursiveLoop.ALLOW if sends_to_itself else None,
            environment={
                "GUARD_TOPIC_ARN": shared.alerts.topic_arn,
                "GUARD_STATE_TABLE": shared.state.table_name,
                "POWERTOOLS_LOG_LEVEL": "INFO",
                "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
                "POWERTOOLS_SERVICE_NAME": service_name(module),
            },
        )
        watch_function(self, shared.alerts, self.function, module)

    def add_to_role_policy(self, statement: iam.PolicyStatement) -> None:
        """Add a statement to the role's inline policy."""
        self._permissions.add_statements(statement)

    def check_policy_size(self, settings: str, advice: str) -> None:
        """Raise SettingsError if the role's policy exceeds IAM's size limit.

        `settings`: the settings that make it large. `advice`: how to shorten them.
        """
        check_policy_size(Stack.of(self), self._permissions, settings, advice)

    def _role(self) -> iam.Role:
        # Inline, so that the function never runs without its permissions.
        return iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"Permissions": self._permissions},
        )


def _log_permissions(log_group: logs.LogGroup) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[log_group.log_group_arn],
    )
