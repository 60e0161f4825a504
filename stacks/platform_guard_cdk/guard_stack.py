"""The CloudFormation stack, deployed once per account and region."""

from pathlib import Path

from aws_cdk import Environment, Stack
from constructs import Construct

from platform_guard_cdk.naming import STACK_NAME
from platform_guard_cdk.platform_guard import PlatformGuard


class GuardStack(Stack):
    """A stack that contains only the guard.

    Without `region` the stack is environment-agnostic and deploys to the credentials' region.
    """

    def __init__(self, scope: Construct, *, guard_file: Path, region: str | None = None) -> None:
        super().__init__(
            scope,
            STACK_NAME if region is None else f"{STACK_NAME}-{region}",
            stack_name=STACK_NAME,
            env=Environment(region=region),
            description=(
                "Flags container images built for the wrong CPU architecture, within seconds of "
                "the push to Amazon ECR. Explains why Amazon ECS tasks cannot pull or start their "
                "image."
            ),
        )
        # The CDK leaves the id "Default" out of logical ids.
        self.guard = PlatformGuard(self, "Default", guard_file=guard_file)
