import pytest

from platform_guard.environment import MissingVariableError, environment_variable


def test_a_variable_is_returned() -> None:
    assert environment_variable({"GUARD_TABLE": "guard"}, "GUARD_TABLE") == "guard"


@pytest.mark.parametrize("environment", [{}, {"GUARD_TABLE": ""}], ids=["not set", "empty"])
def test_a_missing_variable_is_named(environment: dict[str, str]) -> None:
    with pytest.raises(MissingVariableError, match="GUARD_TABLE is not set; redeploy the stack"):
        environment_variable(environment, "GUARD_TABLE")
