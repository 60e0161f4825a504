"""Grace periods: the image is marked at once and remediated when its grace period ends."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from platform_guard_cli.main import main
from platform_guard_emulator import LocalAws, deploy
from tests.support.clock import OffsetClock
from tests.support.destructive_guard import RemedyRepository
from tests.support.registry import MAC_BUILD, PLAIN_AMD64, PLAIN_ARM64


@pytest.fixture
def clock() -> OffsetClock:
    return OffsetClock()


@pytest.fixture
def repository(clock: OffsetClock, destructive_assembly: Path) -> Iterator[RemedyRepository]:
    with LocalAws(clock=clock) as aws:
        yield RemedyRepository(aws, deploy(aws, destructive_assembly), "later/api").create()


def schedules(repository: RemedyRepository) -> list[str]:
    listed = repository.aws.client("scheduler").list_schedules()
    return [schedule["Name"] for schedule in listed["Schedules"]]


def test_an_image_is_marked_at_once_and_deleted_after_its_grace_period(
    repository: RemedyRepository, clock: OffsetClock
) -> None:
    digest = repository.push(MAC_BUILD)
    repository.run()
    assert len(repository.images()[digest]) == 2
    assert len(schedules(repository)) == 1

    clock.ahead = timedelta(hours=23)
    assert repository.aws.fire_schedules() == 0
    clock.ahead = timedelta(hours=25)
    assert repository.aws.fire_schedules() == 1
    repository.run()

    assert repository.images() == {}
    assert schedules(repository) == []
    first, second = repository.reported_remedies()
    assert "It will be deleted on" in first
    assert second == "deleted, and its tag 1.0 with it"


def test_a_compliant_push_cancels_the_grace_period(
    repository: RemedyRepository, clock: OffsetClock
) -> None:
    bad = repository.push(PLAIN_ARM64)
    repository.run()

    good = repository.push(PLAIN_AMD64)
    repository.run()

    assert schedules(repository) == []
    clock.ahead = timedelta(hours=25)
    assert repository.aws.fire_schedules() == 0
    assert set(repository.images()) == {bad, good}


def test_a_tag_that_moved_without_an_event_cancels_the_remedy_after_the_grace_period(
    repository: RemedyRepository, clock: OffsetClock
) -> None:
    bad = repository.push(PLAIN_ARM64)
    repository.run()
    repository.push(PLAIN_AMD64)
    repository.lose_messages()

    clock.ahead = timedelta(hours=25)
    repository.aws.fire_schedules()
    repository.run()

    assert bad in repository.images()
    assert len(repository.reported_remedies()) == 1


def test_an_image_in_use_after_its_grace_period_stays_and_is_reported(
    repository: RemedyRepository, clock: OffsetClock
) -> None:
    digest = repository.push(PLAIN_ARM64)
    repository.run()
    repository.serve("1.0")

    clock.ahead = timedelta(hours=25)
    repository.aws.fire_schedules()
    repository.run()

    assert "1.0" in repository.images()[digest]
    assert "it is used by the service web in shop" in repository.reported_remedies()[-1]


def test_an_undeliverable_end_of_a_grace_period_moves_to_the_dead_letter_queue(
    repository: RemedyRepository, clock: OffsetClock
) -> None:
    repository.push(MAC_BUILD)
    repository.run()
    queue = repository.guard.function("push_guard.handler").environment["GUARD_QUEUE_ARN"]

    clock.ahead = timedelta(hours=25)
    with schedules_denied(repository, queue):
        assert repository.aws.fire_schedules() == 1

    ((letter,),) = repository.guard.dead_letters().values()
    repository.aws.client("sqs").send_message(
        QueueUrl=queue_url(repository, queue), MessageBody=letter
    )
    repository.run()
    assert repository.reported_remedies()[-1] == "deleted, and its tag 1.0 with it"


@contextmanager
def schedules_denied(repository: RemedyRepository, queue_arn: str) -> Iterator[None]:
    """Deny schedules to send messages to a queue."""
    role = repository.guard.function("push_guard.handler").environment["GUARD_SCHEDULE_ROLE_ARN"]
    name = role.rpartition("/")[2]
    iam = repository.aws.client("iam")
    statement = {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": queue_arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="Deny", PolicyDocument=document)
    yield
    iam.delete_role_policy(RoleName=name, PolicyName="Deny")


def queue_url(repository: RemedyRepository, queue_arn: str) -> str:
    name = queue_arn.rpartition(":")[2]
    return str(repository.aws.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def test_an_image_in_its_grace_period_can_be_undone(
    repository: RemedyRepository, clock: OffsetClock
) -> None:
    digest = repository.push(PLAIN_ARM64)
    repository.run()
    (name,) = schedules(repository)

    assert main(["undo", name.rpartition("-")[2], "--yes"]) == 0

    assert schedules(repository) == []
    clock.ahead = timedelta(hours=25)
    assert repository.aws.fire_schedules() == 0
    assert repository.images()[digest] == ["1.0"]
