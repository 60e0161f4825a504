"""Rendering and parsing of alerts as JSON; the schema is docs/alert.schema.json."""

import json
from collections.abc import Mapping

from platform_guard.alerts.alert import Alert, Fix, Link, Severity, Status

_VERSION = 1
"""Increases when a field is removed or changes its meaning, not when one is added."""


# Words in fact names that are not lowercase.
_ABBREVIATIONS = {"ecs": "ECS"}


class AlertError(ValueError):
    """A text is not a valid alert in JSON."""


def render_json(alert: Alert) -> str:
    """Render the whole alert as one JSON object on one line."""
    return json.dumps(
        {
            "version": _VERSION,
            "status": alert.status,
            "severity": alert.severity,
            "code": alert.code,
            "account": alert.account,
            "region": alert.region,
            "repository": alert.repository,
            "image": alert.image,
            "service": alert.service,
            "group": alert.group,
            "title": alert.title,
            "summary": alert.summary,
            "facts": {_key(name): value for name, value in alert.facts},
            "evidence": list(alert.evidence),
            "fixes": [{"title": fix.title, "commands": list(fix.commands)} for fix in alert.fixes],
            "links": [{"title": link.title, "url": link.url} for link in alert.links],
        }
    )


def _key(name: str) -> str:
    return name.lower().replace(" ", "_")


def parse_alert(text: str) -> Alert:
    """Parse the output of `render_json`. Raise AlertError if it is invalid."""
    try:
        fields = json.loads(text)
        return _read(fields)
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise AlertError(f"not a version {_VERSION} alert: {text[:80]!r}") from error


def _read(fields: Mapping[str, object]) -> Alert:
    if fields["version"] != _VERSION:
        raise ValueError(f"version {fields['version']!r}")
    return Alert(
        severity=Severity(_text(fields, "severity")),
        code=_text(fields, "code"),
        repository=_text(fields, "repository"),
        title=_text(fields, "title"),
        summary=_text(fields, "summary"),
        facts=tuple((_name(key), str(value)) for key, value in _items(fields["facts"])),
        evidence=tuple(str(line) for line in _list(fields["evidence"])),
        fixes=tuple(
            Fix(_text(fix, "title"), tuple(str(command) for command in _list(fix["commands"])))
            for fix in _objects(fields["fixes"])
        ),
        group=_text(fields, "group"),
        links=tuple(
            Link(_text(link, "title"), _text(link, "url")) for link in _objects(fields["links"])
        ),
        status=Status(_text(fields, "status")),
        account=_text(fields, "account"),
        region=_text(fields, "region"),
        image=_text(fields, "image"),
        service=_text(fields, "service"),
    )


def _name(key: str) -> str:
    words = [_ABBREVIATIONS.get(word, word) for word in key.split("_")]
    name = " ".join(words)
    return name[:1].upper() + name[1:]


def _text(fields: Mapping[str, object], key: str) -> str:
    value = fields[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} is not a string")
    return value


def _items(value: object) -> list[tuple[str, object]]:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return list(value.items())


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _objects(value: object) -> list[Mapping[str, object]]:
    return [dict(_items(item)) for item in _list(value)]
