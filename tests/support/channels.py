"""An alert as every channel shows it, in one text for people to compare."""

import json

from platform_guard.alerts.alert import Alert
from platform_guard.alerts.render.amazon_q import render_q
from platform_guard.alerts.render.json_format import render_json
from platform_guard.alerts.render.plain_text import render_short, render_subject, render_text
from platform_guard.alerts.render.slack import render_slack


def on_every_channel(alert: Alert) -> str:
    """Render an alert for every channel, one below the other; JSON is spread over lines."""
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
