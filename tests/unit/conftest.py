import pytest

from tests.support.inspect_command import Command


@pytest.fixture
def inspect(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)
