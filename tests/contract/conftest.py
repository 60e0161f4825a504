"""The registries that every contract is tested against: the emulator, and a live one."""

import secrets
from collections.abc import Iterator

import boto3
import pytest

from platform_guard_emulator import LocalAws
from tests.contract.repository import ScratchRepository

SKIPPED = "needs --live and AWS credentials: creates and removes a scratch repository"


@pytest.fixture(params=["emulator", "live"])
def repository(request: pytest.FixtureRequest) -> Iterator[ScratchRepository]:
    """An empty repository that is deleted after the test."""
    if request.param == "emulator":
        with LocalAws() as local:
            yield from _scratch(ScratchRepository(local.client("ecr"), _name()))
    elif request.config.getoption("--live"):
        yield from _scratch(ScratchRepository(boto3.client("ecr"), _name()))
    else:
        pytest.skip(SKIPPED)


def _name() -> str:
    return f"platform-guard-contract-{secrets.token_hex(6)}"


def _scratch(scratch: ScratchRepository) -> Iterator[ScratchRepository]:
    scratch.ecr.create_repository(repositoryName=scratch.name)
    try:
        yield scratch
    finally:
        scratch.ecr.delete_repository(repositoryName=scratch.name, force=True)
