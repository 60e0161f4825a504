"""The lookups before a destructive remedy: if one is denied, nothing is removed."""

from pathlib import Path

from platform_guard_emulator import LocalAws, deploy
from tests.support.destructive_guard import RemedyRepository
from tests.support.ecs import create_sample_workloads
from tests.support.registry import MAC_BUILD
from tests.support.roles import without

LOOKUP_ACTIONS = [
    "ecs:ListClusters",
    "ecs:ListServices",
    "ecs:DescribeServices",
    "ecs:ListTasks",
    "ecs:DescribeTasks",
    "ecs:DescribeTaskDefinition",
    "lambda:ListFunctions",
    "lambda:GetFunction",
]


def test_a_denied_protection_lookup_blocks_a_destructive_remedy(destructive_assembly: Path) -> None:
    with LocalAws() as aws:
        guard = deploy(aws, destructive_assembly)
        create_sample_workloads(aws)
        for number, action in enumerate(LOOKUP_ACTIONS):
            repository = RemedyRepository(aws, guard, f"quarantine/{number}").create()
            repository.push(MAC_BUILD)
            with without(aws, guard, action):
                repository.run()
            (remedy,) = repository.reported_remedies()
            assert "its own tag stays" in remedy, action
            assert "it could not be checked" in remedy, action
            assert "AccessDeniedException" in remedy, action
