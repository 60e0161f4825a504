"""Options of the whole suite."""

import gc

import pytest
from hypothesis import settings

# A machine under load is no failure of the code.
settings.register_profile("without-deadlines", deadline=None)
settings.load_profile("without-deadlines")


def pytest_collection_finish() -> None:
    """Let the collector leave alone what is imported by now.

    The AWS SDK and its stand-in are hundreds of thousands of objects. Looking through them anew
    after every few thousand allocations took a fifth of the tests' time.
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
