"""The default event bus: raw events in, and a guard against patterns that moto misreads."""

import copy
from collections.abc import Iterator
from datetime import datetime

from moto.events.models import Rule, events_backends

_OPERATORS = frozenset(
    {
        "anything-but", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard",
    }
)  # fmt: skip
_NESTED = frozenset({"equals-ignore-case", "prefix", "suffix", "wildcard"})


def deliver(event: dict[str, object], account: str, region: str) -> None:
    """Put an event on the default bus as an AWS service does, keeping its id and time.

    PutEvents cannot: it gives ids of its own. Disabled rules and schedules get nothing.
    Raises NotImplementedError for a target, or a change of the event on its way, that moto cannot
    serve.
    """
    rules = events_backends[account][region].event_buses["default"].rules.values()
    for rule in list(rules):
        if rule.state == "ENABLED" and rule.event_pattern.get_pattern():
            _send(rule, event)


def unsupported_operators(pattern: dict[str, object]) -> list[str]:
    """Return what in a rule's event pattern moto would not match as EventBridge does.

    moto lets an operator it does not know match everything, so that a wrong rule would look right.
    """
    return list(_complaints(pattern, ""))


def _complaints(pattern: dict[str, object], path: str) -> Iterator[str]:
    for key, value in pattern.items():
        here = f"{path}.{key}" if path else key
        if key == "$or" and isinstance(value, list):
            for alternative in value:
                yield from _complaints(alternative, path)
        elif isinstance(value, dict):
            yield from _complaints(value, here)
        elif isinstance(value, list):
            for matcher in value:
                if isinstance(matcher, dict):
                    yield from _matcher_complaints(matcher, here)
        else:
            yield f"{here}: {value!r} is neither an object nor a list"


def _matcher_complaints(matcher: dict[str, object], path: str) -> Iterator[str]:
    if len(matcher) != 1:
        yield f"{path}: {matcher} has not exactly one operator"
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
            raise NotImplementedError(f"rule {rule.name}: the stand-in has no {transformed}")
    message = copy.deepcopy(event)
    # moto's SQS target turns a number of seconds into the text that stood here.
    message["time"] = datetime.fromisoformat(str(event["time"])).timestamp()
    rule.send_to_targets(message, transform_input=False)  # type: ignore[arg-type]
