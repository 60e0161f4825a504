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
from platform_guard_cdk.shared.metrics import NAMESPACE, service_of
from platform_guard_cdk.shared.resources import SharedResources
from platform_guard_cdk.shared.runtime import ARCHITECTURE, RUNTIME

# Lambda gives CPU by memory. The work is TLS and JSON, so twice the memory takes about half the
# time at the same price, and an alert comes sooner.
_MEMORY_MEGABYTES = 512


class GuardFunction(Construct):
    """A function with its role, log and alarms, which may keep state and mostly publish alerts."""

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
        """Build the function whose entry point is `handler` in `lambdas/<module>.py`.

        `reserved_concurrency`: how many of the account's executions are its own; None: it shares.
        `publishes`: whether it publishes to the topic itself.
        `sends_to_itself`: whether it puts messages into the queue that feeds it, each time fewer.
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
                _permission_to_log(self.log_group),
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
            # Powertools writes JSON already; Lambda would wrap it in its own.
            logging_format=lambda_.LoggingFormat.TEXT,
            environment_encryption=shared.encryption.customer_key,
            reserved_concurrent_executions=reserved_concurrency,
            # Otherwise Lambda stops what seems a loop after about 16 invocations:
            # https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
            recursive_loop=lambda_.RecursiveLoop.ALLOW if sends_to_itself else None,
            environment={
                "GUARD_TOPIC_ARN": shared.alerts.topic_arn,
                "GUARD_STATE_TABLE": shared.state.table_name,
                "POWERTOOLS_LOG_LEVEL": "INFO",
                "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
                "POWERTOOLS_SERVICE_NAME": service_of(module),
            },
        )
        watch_function(self, shared.alerts, self.function, module)

    def permit(self, statement: iam.PolicyStatement) -> None:
        """Let the function do something more."""
        self._permissions.add_statements(statement)

    def check_policy_size(self, because: str, instead: str) -> None:
        """Raise SettingsError where the function may do more than a role can say.

        `because`: which settings ask for so much. `instead`: what to write.
        """
        check_policy_size(Stack.of(self), self._permissions, because, instead)

    def _role(self) -> iam.Role:
        # The policy stands in the role itself, so that the function never runs without it.
        return iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"Permissions": self._permissions},
        )


def _permission_to_log(log_group: logs.LogGroup) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[log_group.log_group_arn],
    )
