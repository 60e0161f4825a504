"""An alert as rendered for every channel, as one text for golden files."""

import json

from platform_guard.alerts.alert import Alert
from platform_guard.alerts.render.amazon_q import render_q
from platform_guard.alerts.render.json_format import render_json
from platform_guard.alerts.render.plain_text import render_short, render_subject, render_text
from platform_guard.alerts.render.slack import render_slack


def render_all_channels(alert: Alert) -> str:
    """Render an alert for every channel into one text, with indented JSON."""
    parts = {
        "text message": render_short(alert),
        "mail": f"Subject: {render_subject(alert)}\n\n{render_text(alert)}",
        "Slack": _spread(render_slack(alert)),
        "Amazon Q": _spread(json.loads(render_q(alert))),
        "machines": _spread(json.loads(render_json(alert))),
    }
    return "\n".join(f"===== {channel}\n{text.strip()}\n" for channel, text in parts.items())


def _spread(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)
