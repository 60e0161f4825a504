"""`platform-guard policy --live`, with the emulator as the caller's account."""

import json
from pathlib import Path

import pytest

from platform_guard_cli.main import main
from platform_guard_emulator import LocalAws
from tests.support.faults import failing_ecr

ARN = "arn:aws:ecr:eu-central-1:123456789012:repository/quay/etcd"


@pytest.fixture
def guard_toml(tmp_path: Path, aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> str:
    """The settings of an account that holds a repository with tags and a pull-through cache."""
    ecr = aws.client("ecr")
    ecr.create_repository(repositoryName="quay/etcd")
    ecr.tag_resource(
        resourceArn=ARN,
        tags=[
            {"Key": "platform-guard:index-rule", "Value": "allow"},
            {"Key": "platform-guard:grace", "Value": "7d"},
        ],
    )
    ecr.create_pull_through_cache_rule(
        ecrRepositoryPrefix="quay", upstreamRegistryUrl="https://quay.io"
    )
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "caller")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    path = tmp_path / "guard.toml"
    path.write_text('[guard]\nrepository_overrides = ["index_rule"]\n')
    return str(path)


def test_the_tags_of_the_repository_and_its_cache_are_shown(
    guard_toml: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", "quay/etcd:3", "--live", "--policy", guard_toml]) == 0

    shown = capsys.readouterr().out
    assert "index_rule                 allow        resource tag platform-guard:index-rule" in shown
    assert "The pull-through cache quay may fill this repository, so nothing is changed." in shown
    assert 'Ignoring invalid resource tag platform-guard:grace = "7d": teams cannot' in shown


def test_the_prefixes_of_all_caches_are_shown(
    guard_toml: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", "--live", "--policy", guard_toml]) == 0
    assert "Filled by pull-through caches and never changed: quay/*." in capsys.readouterr().out

    assert main(["policy", "--live", "--json", "--policy", guard_toml]) == 0
    assert json.loads(capsys.readouterr().out)["cache_prefixes"] == ["quay"]


def test_tags_that_cannot_be_read_for_now_are_one_line(
    guard_toml: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with failing_ecr("ListTagsForResource", "ThrottlingException"):
        assert main(["policy", "quay/etcd:3", "--live", "--policy", guard_toml]) == 2

    assert "(ThrottlingException)" in capsys.readouterr().err


def test_a_repository_that_is_not_there_is_one_line(
    guard_toml: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policy", "shop/web", "--live", "--policy", guard_toml]) == 2
    assert capsys.readouterr().err == (
        "platform-guard: policy: --live: repository shop/web does not exist in the account and "
        "region of your AWS credentials\n"
    )
