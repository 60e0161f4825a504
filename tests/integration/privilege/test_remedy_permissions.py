"""The push guard's role: it suffices for every remedy, and nothing in it can be left out.

The template's own role is in force. Each run takes one action out of it and sees the remedy fail.
"""

from collections.abc import Iterator

import pytest

from platform_guard_emulator import Deployment, LocalAws
from tests.support.destructive_guard import RemedyRepository
from tests.support.registry import MAC_BUILD, PLAIN_AMD64, PLAIN_ARM64
from tests.support.roles import without

EXPECTED = {
    "quarantine": "quarantined: its tag 1.0 was removed",
    "archive": "archived: it cannot be pulled",
    "delete": "deleted, and its tag 1.0 with it",
    "later": "It will be deleted on",
}
REGISTRY = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:PutImage"]
NEEDED = {
    "quarantine": [*REGISTRY, "ecr:DescribeImages", "ecr:BatchDeleteImage"],
    "archive": ["ecr:PutImage", "ecr:DescribeImages", "ecr:UpdateImageStorageClass"],
    "delete": ["ecr:PutImage", "ecr:DescribeImages", "ecr:BatchDeleteImage"],
    "later": ["scheduler:CreateSchedule", "scheduler:ListSchedules", "iam:PassRole"],
}


@pytest.mark.parametrize(
    ("remedy", "action"), [(remedy, action) for remedy in NEEDED for action in NEEDED[remedy]]
)
def test_no_remedy_works_without_any_of_its_permissions(
    destructive_deployment: tuple[LocalAws, Deployment],
    repository_names: Iterator[str],
    remedy: str,
    action: str,
) -> None:
    repository = RemedyRepository(
        *destructive_deployment, f"{remedy}/{next(repository_names)}"
    ).create()
    # Of an index without the platform no config is read.
    repository.push(PLAIN_ARM64 if action == "ecr:GetDownloadUrlForLayer" else MAC_BUILD)

    with without(*destructive_deployment, action):
        repository.run()
        assert not any(
            EXPECTED[remedy] in notified for notified in repository.reported_remedies()
        ) or (
            # Its children are deleted by a mark of their own.
            (remedy, action) == ("delete", "ecr:PutImage") and len(repository.images()) > 0
        )


@pytest.mark.parametrize("remedy", EXPECTED)
def test_the_role_suffices(
    destructive_deployment: tuple[LocalAws, Deployment],
    repository_names: Iterator[str],
    remedy: str,
) -> None:
    repository = RemedyRepository(
        *destructive_deployment, f"{remedy}/{next(repository_names)}"
    ).create()
    repository.push(MAC_BUILD)

    repository.run()

    (notified,) = repository.reported_remedies()
    assert EXPECTED[remedy] in notified


def test_a_schedule_cannot_be_deleted_without_the_permission(
    destructive_deployment: tuple[LocalAws, Deployment], repository_names: Iterator[str]
) -> None:
    aws, guard = destructive_deployment
    repository = RemedyRepository(aws, guard, f"later/{next(repository_names)}").create()
    repository.push(MAC_BUILD)
    repository.run()
    waiting = len(aws.client("scheduler").list_schedules()["Schedules"])

    with without(aws, guard, "scheduler:DeleteSchedule"):
        repository.push(PLAIN_AMD64)
        repository.run()

    assert len(aws.client("scheduler").list_schedules()["Schedules"]) == waiting
