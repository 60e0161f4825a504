"""The stack that is deployed, once for each account and region."""

from pathlib import Path

from aws_cdk import Environment, Stack
from constructs import Construct

from platform_guard_cdk.naming import STACK_NAME
from platform_guard_cdk.platform_guard import PlatformGuard


class GuardStack(Stack):
    """The guard alone in a stack, in a region or, without one, in that of the credentials."""

    def __init__(self, scope: Construct, *, guard_file: Path, region: str | None = None) -> None:
        super().__init__(
            scope,
            STACK_NAME if region is None else f"{STACK_NAME}-{region}",
            stack_name=STACK_NAME,
            env=Environment(region=region),
            description=(
                "Catches container images in Amazon ECR that cannot run where they are meant to, "
                "marks them and alerts. Explains why tasks in Amazon ECS cannot pull theirs."
            ),
        )
        # "Default" leaves no trace in the logical ids.
        self.guard = PlatformGuard(self, "Default", guard_file=guard_file)
