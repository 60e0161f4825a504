"""Options of the whole suite."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--live",
        action="store_true",
        help="also check the contract tests against ECR in the account of your AWS credentials; "
        "creates scratch repositories named platform-guard-contract-… and removes them",
    )
