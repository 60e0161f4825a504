"""What a function is told by its environment."""

from collections.abc import Mapping


class MissingVariableError(Exception):
    """A function was deployed without something that it needs."""


def environment_variable(environment: Mapping[str, str], name: str) -> str:
    """Give a variable that must be there. Raises MissingVariableError that names it."""
    value = environment.get(name)
    if not value:
        raise MissingVariableError(
            f"the environment variable {name} is not set; deploy the stack anew"
        )
    return value
