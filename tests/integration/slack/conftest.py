from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from platform_guard.alerts.sns import AlertTopic
from platform_guard_emulator import Deployment, LocalAws, deploy
from tests.support.slack_alerts import SETTINGS
from tests.support.slack_server import SlackServer, slack_server
from tests.support.synthesis import cloud_assembly

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


@pytest.fixture(scope="session")
def slack_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cloud_assembly(SETTINGS, tmp_path_factory)


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with slack_server() as server:
        yield server


@pytest.fixture
def team() -> Iterator[SlackServer]:
    with slack_server() as server:
        yield server


@pytest.fixture
def secrets(aws: LocalAws) -> "SecretsManagerClient":
    client: SecretsManagerClient = aws.client("secretsmanager")
    return client


@pytest.fixture
def guard(
    aws: LocalAws,
    slack_assembly: Path,
    secrets: "SecretsManagerClient",
    slack: SlackServer,
    team: SlackServer,
) -> Deployment:
    secrets.create_secret(Name="platform-guard/slack", SecretString=f"{slack.url}\n")
    secrets.create_secret(Name="shop/slack", SecretString=team.url)
    return deploy(aws, slack_assembly)


@pytest.fixture
def topic(aws: LocalAws, guard: Deployment) -> AlertTopic:
    arn = guard.function("push_guard.handler").environment["GUARD_TOPIC_ARN"]
    return AlertTopic(aws.client("sns"), arn)
