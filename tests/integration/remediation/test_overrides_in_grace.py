"""Resource tags that a team sets during a grace period."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from platform_guard_emulator import LocalAws, deploy
from tests.support.destructive_guard import RemedyRepository
from tests.support.registry import MAC_BUILD
from tests.support.synthesis import cloud_assembly

ARN = "arn:aws:ecr:eu-central-1:123456789012:repository/shop/api"


@pytest.fixture(scope="session")
def grace_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    guard_toml = """
        [guard]
        grace = "24h"
        repository_overrides = ["ignore", "remedy"]

        [remedies]
        missing-platform = "delete"
    """
    return cloud_assembly(guard_toml, tmp_path_factory)


@dataclass
class Waiting:
    """A repository with an image in its grace period."""

    repository: RemedyRepository
    digest: str
    advance_clock: Callable[[timedelta], None]

    def end(self) -> None:
        """End the grace period and process its message."""
        self.advance_clock(timedelta(hours=25))
        assert self.repository.aws.fire_schedules() == 1
        self.repository.run()


@pytest.fixture
def waiting(grace_assembly: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Waiting]:
    ahead = timedelta()
    monotonic = time.monotonic

    def advance_clock(longer: timedelta) -> None:
        nonlocal ahead
        ahead += longer

    monkeypatch.setattr("time.monotonic", lambda: monotonic() + ahead.total_seconds())
    with LocalAws(clock=lambda: datetime.now(UTC) + ahead) as aws:
        repository = RemedyRepository(aws, deploy(aws, grace_assembly), "shop/api").create()
        digest = repository.push(MAC_BUILD)
        repository.run()
        yield Waiting(repository, digest, advance_clock)


@pytest.mark.parametrize(
    ("key", "value"), [("ignore", "true"), ("remedy", "tag"), ("remedy", "alert")]
)
def test_a_resource_tag_set_during_the_grace_period_spares_the_image(
    waiting: Waiting, key: str, value: str
) -> None:
    aws = waiting.repository.aws
    aws.client("ecr").tag_resource(
        resourceArn=ARN, tags=[{"Key": f"platform-guard:{key}", "Value": value}]
    )

    waiting.end()

    assert "1.0" in waiting.repository.images()[waiting.digest]
    assert aws.client("scheduler").list_schedules()["Schedules"] == []


@pytest.mark.parametrize("error", ["ThrottlingException", "AccessDeniedException"])
def test_unreadable_resource_tags_postpone_the_remedy_and_do_not_cancel_it(
    waiting: Waiting, error: str
) -> None:
    waiting.repository.aws.fail("ListTagsForResource", error)

    waiting.end()

    assert waiting.repository.images() == {}
    assert waiting.repository.reported_remedies()[-1] == "deleted, and its tag 1.0 with it"
