"""Required environment variables of the Lambda functions."""

from collections.abc import Mapping


class MissingVariableError(Exception):
    """A required environment variable is not set."""


def environment_variable(environment: Mapping[str, str], name: str) -> str:
    """Return a variable. Raise MissingVariableError if it is unset or empty."""
    value = environment.get(name)
    if not value:
        raise MissingVariableError(f"environment variable {name} is not set; redeploy the stack")
    return value
