"""Renders a template as text for reviewers, without hashes that change with the code."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.infrastructure.template import as_text

_LEFT_OUT = ("DeletionPolicy", "Type", "UpdateReplacePolicy")


def readable(template: Mapping[str, Any]) -> str:
    """Return each resource with one property per line, and references as `${…}`."""
    lines = []
    for logical_id, resource in sorted(template["Resources"].items()):
        kept = "" if resource.get("DeletionPolicy") != "Retain" else ", kept at removal"
        lines += ["", f"{logical_id}: {resource['Type']}{kept}"]
        rest = {name: value for name, value in resource.items() if name not in _LEFT_OUT}
        properties = rest.pop("Properties", {})
        lines += _lines({**rest, **properties}, "  ")
    for logical_id, output in sorted(template.get("Outputs", {}).items()):
        lines += ["", f"{logical_id}: output", *_lines(output, "  ")]
    return _without_hashes("\n".join(lines).strip() + "\n")


def _without_hashes(text: str) -> str:
    return re.sub(r"\b[0-9a-f]{64}\b", "HASH", text)


def _lines(value: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, item in sorted(value.items()):
        yield from _item(f"{indent}{name}:", _simplified(item), indent)


def _item(start: str, item: object, indent: str) -> Iterator[str]:
    match item:
        case dict():
            yield start
            yield from _lines(item, f"{indent}  ")
        case list() if all(isinstance(entry, str | int) for entry in item):
            yield f"{start} {', '.join(map(str, item))}".rstrip()
        case bool():
            yield f"{start} {str(item).lower()}"
        case list():
            yield start
            for entry in item:
                yield from _entry(_simplified(entry), f"{indent}  ")
        case _:
            yield f"{start} {item}"


def _entry(entry: object, indent: str) -> Iterator[str]:
    if isinstance(entry, list):
        yield f"{indent}- {' '.join(map(str, entry))}"
    elif isinstance(entry, dict):
        first, *rest = _lines(entry, f"{indent}  ")
        yield f"{indent}- {first.strip()}"
        yield from rest
    else:
        yield f"{indent}- {entry}"


def _simplified(value: object) -> object:
    """Return references as text, and the JSON of a dashboard as an object."""
    match value:
        case {"Ref": _} | {"Fn::GetAtt": _} | {"Fn::Join": _}:
            text = as_text(value)
            return json.loads(text) if text.startswith("{") else text
        case list():
            return [_simplified(entry) for entry in value]
        case _:
            return value
