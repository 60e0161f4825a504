"""An alert as JSON, for machines: docs/alert.schema.json describes it."""

import json

from platform_guard.alerts import Alert

_VERSION = 1
"""Goes up when a field changes its meaning or goes away. A new field does not change it."""


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
