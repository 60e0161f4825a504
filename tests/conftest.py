"""Options of the whole suite."""

import pytest
from hypothesis import settings

# A machine under load is no failure of the code.
settings.register_profile("without-deadlines", deadline=None)
settings.load_profile("without-deadlines")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--live",
        action="store_true",
        help="also check the contract tests against ECR in the account of your AWS credentials; "
        "creates scratch repositories named platform-guard-contract-… and removes them",
    )
