import pytest

from tests.support.inspecting import Command


@pytest.fixture
def inspect(capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)
