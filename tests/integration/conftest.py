import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from platform_guard_emulator import Deployment, LocalAws, deploy
from tests.support.destructive_guard import GUARD_TOML, RemedyRepository, RepositoryFactory
from tests.support.doctor_guard import DoctorGuard
from tests.support.ecs import Shop
from tests.support.synthesis import cloud_assembly

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_sns import SNSClient


@pytest.fixture(scope="session")
def default_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of the stack with default settings."""
    return cloud_assembly("", tmp_path_factory)


@pytest.fixture(scope="session")
def alert_only_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of the stack with the remedy `alert` for every finding."""
    findings = ("missing-platform", "index-only", "no-image", "dangling", "mislabeled")
    lines = [f'{finding} = "alert"' for finding in findings]
    guard_toml = "\n".join(["[remedies]", *lines])
    return cloud_assembly(guard_toml, tmp_path_factory)


@pytest.fixture(scope="session")
def overridable_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of the stack in which teams may override two settings."""
    guard_toml = """
        [guard]
        repository_overrides = ["required_platforms", "ignore"]

        [[repository]]
        repository = "mirror/*"
        ignore = true
    """
    return cloud_assembly(guard_toml, tmp_path_factory)


@pytest.fixture(scope="session")
def destructive_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of the stack with a rule for each destructive remedy."""
    return cloud_assembly(GUARD_TOML, tmp_path_factory)


@pytest.fixture(scope="module")
def destructive_deployment(destructive_assembly: Path) -> Iterator[tuple[LocalAws, Deployment]]:
    """One deployment for all tests of a module, each of which uses its own repository."""
    with LocalAws() as local:
        yield local, deploy(local, destructive_assembly)


@pytest.fixture(scope="module")
def repository_names() -> Iterator[str]:
    return (f"api{number}" for number in itertools.count())


@pytest.fixture
def new_repository(
    destructive_deployment: tuple[LocalAws, Deployment], repository_names: Iterator[str]
) -> RepositoryFactory:
    return lambda remedy: RemedyRepository(
        *destructive_deployment, f"{remedy}/{next(repository_names)}"
    )


@pytest.fixture
def aws() -> Iterator[LocalAws]:
    with LocalAws() as local:
        yield local


@pytest.fixture
def ecr(aws: LocalAws) -> "ECRClient":
    """The registry, with an empty repository `shop/api`."""
    client = aws.client("ecr")
    client.create_repository(repositoryName="shop/api")
    return client


@pytest.fixture
def guard(aws: LocalAws, default_assembly: Path) -> Deployment:
    return deploy(aws, default_assembly)


@pytest.fixture(scope="session")
def unverified_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of the stack that does not verify the configs behind an index."""
    guard_toml = "[guard]\nverify_config = false\n"
    return cloud_assembly(guard_toml, tmp_path_factory)


@pytest.fixture(scope="session")
def unthrottled_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of the stack without throttling, batching and resolution alerts."""
    guard_toml = "[alerts]\nonce_a_day = []\nresolved = false\ncollect_seconds = 0\n"
    return cloud_assembly(guard_toml, tmp_path_factory)


@pytest.fixture
def shop(aws: LocalAws) -> Shop:
    return Shop(aws)


@pytest.fixture
def guard_toml() -> str:
    """The settings of the guard under test; empty for the defaults."""
    return ""


@pytest.fixture
def doctor_guard(
    aws: LocalAws,
    guard_toml: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> DoctorGuard:
    """A healthy guard: deployed, with an email subscriber for its alerts."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "operator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    guard_file = tmp_path / "guard.toml"
    guard_file.write_text(guard_toml, encoding="utf-8")
    guard = deploy(aws, cloud_assembly(guard_toml, tmp_path_factory))
    doctor_guard = DoctorGuard(aws, guard, guard_file)
    sns: SNSClient = aws.client("sns")
    sns.subscribe(
        TopicArn=doctor_guard.stack.only("AWS::SNS::Topic"),
        Protocol="email",
        Endpoint="team@example.com",
    )
    return doctor_guard
