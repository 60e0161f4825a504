"""What the push guard looks at before it takes something away: without any of it, it does not."""

from pathlib import Path

from platform_guard_emulator import LocalAws, deploy
from tests.support.destructive_guard import RemedyRepository
from tests.support.ecs import create_sample_workloads
from tests.support.registry import MAC_BUILD
from tests.support.roles import without

LOOKS = [
    "ecs:ListClusters",
    "ecs:ListServices",
    "ecs:DescribeServices",
    "ecs:ListTasks",
    "ecs:DescribeTasks",
    "ecs:DescribeTaskDefinition",
    "lambda:ListFunctions",
    "lambda:GetFunction",
]


def test_without_any_of_its_looks_nothing_is_taken_away(destructive_assembly: Path) -> None:
    with LocalAws() as aws:
        guard = deploy(aws, destructive_assembly)
        create_sample_workloads(aws)
        for number, action in enumerate(LOOKS):
            repository = RemedyRepository(aws, guard, f"quarantine/{number}").create()
            repository.push(MAC_BUILD)
            with without(aws, guard, action):
                repository.run()
            (notified,) = repository.reported_remedies()
            assert "its own tag stays" in notified, action
            assert "it could not be checked" in notified, action
            assert "AccessDeniedException" in notified, action
