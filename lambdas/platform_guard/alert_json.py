"""An alert as JSON, for machines."""

import json

from platform_guard.alerts import Alert

_VERSION = 1


def render_json(alert: Alert) -> str:
    """Render the whole alert as one JSON object on one line."""
    return json.dumps(
        {
            "version": _VERSION,
            "severity": alert.severity,
            "code": alert.code,
            "repository": alert.repository,
            "group": alert.group,
            "title": alert.title,
            "summary": alert.summary,
            "facts": {_key(name): value for name, value in alert.facts},
            "evidence": list(alert.evidence),
            "fixes": [{"title": fix.title, "commands": list(fix.commands)} for fix in alert.fixes],
        }
    )


def _key(name: str) -> str:
    return name.lower().replace(" ", "_")
