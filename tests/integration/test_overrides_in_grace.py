"""Resource tags that a team sets while the guard waits for the end of a grace period."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.stand_in import synthesized
from local_aws import LocalAws
from tests.integration.strong_guard import Shelf
from tests.support.registry import MAC_BUILD

ARN = "arn:aws:ecr:eu-central-1:123456789012:repository/shop/api"


@pytest.fixture(scope="session")
def waiting_assembly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    settings = tmp_path_factory.mktemp("settings") / "guard.toml"
    settings.write_text("""
        [guard]
        grace = "24h"
        repository_overrides = ["ignore", "remedy"]

        [remedies]
        missing-platform = "delete"
    """)
    with synthesized(settings) as assembly:
        yield assembly


@pytest.mark.parametrize(
    ("key", "value"), [("ignore", "true"), ("remedy", "tag"), ("remedy", "alert")]
)
def test_what_a_team_says_meanwhile_spares_the_image(
    waiting_assembly: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: str
) -> None:
    ahead = timedelta()
    monotonic = time.monotonic
    monkeypatch.setattr("time.monotonic", lambda: monotonic() + ahead.total_seconds())
    with LocalAws(clock=lambda: datetime.now(UTC) + ahead) as aws:
        repository = Shelf(aws, aws.deploy(waiting_assembly), "shop/api").create()
        digest = repository.push(MAC_BUILD)
        repository.run()
        aws.client("ecr").tag_resource(
            resourceArn=ARN, tags=[{"Key": f"platform-guard:{key}", "Value": value}]
        )

        ahead = timedelta(hours=25)
        assert aws.fire_schedules() == 1
        repository.run()

        assert "1.0" in repository.images()[digest]
        assert aws.client("scheduler").list_schedules()["Schedules"] == []
