"""Policy evaluation: explicit deny, then allow, then implicit deny.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
moto evaluates neither resources nor conditions, so it would accept a policy that is too narrow.
"""

import json
import re
from collections.abc import Iterable, Mapping
from enum import Enum, auto
from functools import cache
from typing import Any


class Decision(Enum):
    """The result of evaluating a principal's policies for one action on one resource."""

    ALLOWED = auto()
    EXPLICITLY_DENIED = auto()
    NOT_ALLOWED = auto()


def evaluate(
    documents: Iterable[str], action: str, resource: str, context: Mapping[str, str]
) -> Decision:
    """Evaluate JSON policy documents for an action on a resource.

    `context` has the values of the condition keys that the emulator supports. Raises
    NotImplementedError for any other condition, because a guess would prove nothing.
    """
    statements = [
        statement
        for document in documents
        for statement in _statements(document)
        if _concerns(statement, action, resource, context)
    ]
    effects = {statement["Effect"] for statement in statements}
    if "Deny" in effects:
        return Decision.EXPLICITLY_DENIED
    return Decision.ALLOWED if "Allow" in effects else Decision.NOT_ALLOWED


@cache
def _statements(document: str) -> list[dict[str, Any]]:
    # Every call evaluates the same few documents.
    return _as_list(json.loads(document)["Statement"])


def _concerns(
    statement: dict[str, object], action: str, resource: str, context: Mapping[str, str]
) -> bool:
    return (
        _element_matches(statement, "Action", action.lower(), lower=True)
        and _element_matches(statement, "Resource", resource, lower=False)
        and _conditions_hold(statement.get("Condition", {}), context)
    )


def _element_matches(
    statement: dict[str, object], element: str, value: str, *, lower: bool
) -> bool:
    negated = f"Not{element}"
    patterns = _as_list(statement.get(element, statement.get(negated, [])))
    matches = any(
        matches_wildcard(str(pattern).lower() if lower else str(pattern), value)
        for pattern in patterns
    )
    return matches is (negated not in statement)


def _conditions_hold(conditions: object, context: Mapping[str, str]) -> bool:
    if not isinstance(conditions, dict):
        raise TypeError(f"Condition must be an object, not {conditions!r}")
    return all(
        _condition_holds(operator, key, _as_list(expected), context)
        for operator, tests in conditions.items()
        for key, expected in tests.items()
    )


def _condition_holds(
    operator: str, key: str, expected: list[object], context: Mapping[str, str]
) -> bool:
    if key not in context:
        raise NotImplementedError(
            f"condition {operator} on {key}: the emulator supports {', '.join(sorted(context))}; "
            "add the key to condition_keys in calls.py"
        )
    actual = context[key]
    match operator:
        case "StringEquals" | "StringEqualsIfExists":
            return actual in expected
        case "StringNotEquals":
            return actual not in expected
        case "StringLike" | "ArnLike" | "ArnEquals":
            return any(matches_wildcard(str(pattern), actual) for pattern in expected)
        case _:
            raise NotImplementedError(
                f"The emulator does not support the condition operator {operator}"
            )


def matches_wildcard(pattern: str, value: str) -> bool:
    """Return whether a value matches a policy pattern with the wildcards `*` and `?`."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.DOTALL) is not None


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
