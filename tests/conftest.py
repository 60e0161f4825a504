"""Configuration of the whole test suite."""

import gc

import pytest
from hypothesis import settings

# Deadlines would fail on a machine under load.
settings.register_profile("without-deadlines", deadline=None)
settings.load_profile("without-deadlines")


def pytest_collection_finish() -> None:
    """Exclude the imported modules from garbage collection.

    The AWS SDK and the emulator create hundreds of thousands of objects. Scanning them again every
    few thousand allocations took a fifth of the test time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 3)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--live",
        action="store_true",
        help="also check the contract tests against ECR in the account of your AWS credentials; "
        "creates scratch repositories named platform-guard-contract-… and removes them",
    )
