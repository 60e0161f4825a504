"""The stack that is deployed, once for each account and region."""

from pathlib import Path

from aws_cdk import Stack
from constructs import Construct

from platform_guard.settings import Settings
from stacks.foundation import lay_foundation
from stacks.pull_diagnosis import PullDiagnosis
from stacks.push_guard import PushGuard

STACK_NAME = "ecr-platform-guard"


class GuardStack(Stack):
    """Everything that the guard consists of in AWS."""

    def __init__(self, scope: Construct, *, settings: Settings, code_folder: Path) -> None:
        super().__init__(
            scope,
            STACK_NAME,
            description=(
                "Catches container images in Amazon ECR that cannot run where they are meant to, "
                "marks them and alerts. Explains why tasks in Amazon ECS cannot pull theirs."
            ),
        )
        foundation = lay_foundation(self, settings, code_folder)
        PushGuard(self, "PushGuard", foundation=foundation, settings=settings)
        PullDiagnosis(self, "PullDiagnosis", foundation=foundation, settings=settings)
