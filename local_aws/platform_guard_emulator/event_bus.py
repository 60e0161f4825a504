"""The default event bus: delivery of raw events, and checks of patterns that moto misreads."""

import copy
import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime
from unittest.mock import patch

from moto.events.models import EventPattern, Rule, events_backends

_OPERATORS = frozenset(
    {
        "anything-but", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard",
    }
)  # fmt: skip
_NESTED = frozenset({"equals-ignore-case", "prefix", "suffix", "wildcard"})


def deliver(event: dict[str, object], account: str, region: str) -> None:
    """Put an event on the default bus as an AWS service does, with its id and time.

    PutEvents would assign a new id. Disabled rules and schedules receive nothing. Raises
    NotImplementedError for a target type or an input transformation that is not emulated.
    """
    rules = events_backends[account][region].event_buses["default"].rules.values()
    for rule in list(rules):
        pattern = rule.event_pattern.get_pattern()
        if rule.state == "ENABLED" and pattern and matches(pattern, event):
            _send(rule, event)


def matches(pattern: Mapping[str, object], event: Mapping[str, object]) -> bool:
    """Return whether EventBridge matches an event with a rule's event pattern.

    moto does not match arrays of objects. In EventBridge an array matches if a single object in it
    matches the whole pattern: https://github.com/aws/event-ruler
    """
    matcher = EventPattern(None, dict(pattern))
    return any(
        matcher.matches_event(variant)  # type: ignore[arg-type]
        for variant in _with_single_objects(pattern, event)
    )


def unsupported_operators(pattern: dict[str, object]) -> list[str]:
    """Return the parts of an event pattern that moto does not match as EventBridge does.

    In moto, an unknown operator matches everything, so an invalid rule would appear to work.
    """
    return list(_unsupported(pattern, ""))


def _unsupported(pattern: dict[str, object], path: str) -> Iterator[str]:
    for key, value in pattern.items():
        here = f"{path}.{key}" if path else key
        if key == "$or" and isinstance(value, list):
            for alternative in value:
                yield from _unsupported(alternative, path)
        elif isinstance(value, dict):
            yield from _unsupported(value, here)
        elif isinstance(value, list):
            for matcher in value:
                if isinstance(matcher, dict):
                    yield from _unsupported_matchers(matcher, here)
        else:
            yield f"{here}: {value!r} is neither an object nor a list"


def _unsupported_matchers(matcher: dict[str, object], path: str) -> Iterator[str]:
    if set(matcher) == {"Ref"}:
        # CloudFormation resolves it to a string.
        return
    if len(matcher) != 1:
        yield f"{path}: {matcher} must have exactly one operator"
    for operator, operand in matcher.items():
        if operator not in _OPERATORS:
            yield f"{path}: {operator}"
        if isinstance(operand, dict):
            allowed = _NESTED if operator == "anything-but" else {"equals-ignore-case"}
            yield from (f"{path}: {operator} {inner}" for inner in operand if inner not in allowed)


def _send(rule: Rule, event: dict[str, object]) -> None:
    for target in rule.targets:
        transformed = {"Input", "InputPath", "InputTransformer"} & target.keys()
        if transformed:
            raise NotImplementedError(
                f"rule {rule.name}: the emulator does not support {transformed}"
            )
    message = copy.deepcopy(event)
    # moto's SQS target formats a number of seconds as the original text.
    message["time"] = datetime.fromisoformat(str(event["time"])).timestamp()
    # The pattern was matched above.
    with patch.object(rule, "event_pattern", EventPattern(None, {})):
        rule.send_to_targets(message, transform_input=False)  # type: ignore[arg-type]


def _with_single_objects(
    pattern: Mapping[str, object], event: Mapping[str, object]
) -> Iterator[dict[str, object]]:
    """Yield the event with a single object in place of each array that the pattern matches."""
    alternatives = pattern.get("$or", [])
    patterns = [pattern, *alternatives] if isinstance(alternatives, list) else [pattern]
    choices: list[list[tuple[str, object]]] = [
        [(key, choice) for choice in _choices(inner, event[key])]
        for one in patterns
        for key, inner in one.items()
        if isinstance(inner, dict) and isinstance(event.get(key), dict | list)
    ]
    for chosen in itertools.product(*choices):
        yield {**event, **dict(chosen)}


def _choices(pattern: Mapping[str, object], value: object) -> list[dict[str, object]]:
    objects = value if isinstance(value, list) else [value]
    found = [
        variant
        for item in objects
        if isinstance(item, dict)
        for variant in _with_single_objects(pattern, item)
    ]
    return found or [{}]
