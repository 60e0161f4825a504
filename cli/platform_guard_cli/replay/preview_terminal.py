"""An alert as each channel shows it, as text for a terminal."""

import json
from collections.abc import Iterator
from typing import Any

from platform_guard.alerts.alert import Alert
from platform_guard.alerts.render.amazon_q import render_q
from platform_guard.alerts.render.plain_text import render_short, render_subject, render_text
from platform_guard.alerts.render.slack import render_slack

_WIDTH = 80


def render_terminal(alert: Alert) -> str:
    """Render an alert for every channel, one below the other."""
    q = json.loads(render_q(alert))["content"]
    parts = {
        "Slack": "\n\n".join(_blocks(render_slack(alert))),
        "Amazon Q Developer": f"{q['title']}\n\n{q['description']}",
        "Email": f"Subject: {render_subject(alert)}\n\n{render_text(alert)}",
        "Text message": render_short(alert),
    }
    return "\n".join(f"{_heading(channel)}\n\n{text.strip()}\n" for channel, text in parts.items())


def _heading(channel: str) -> str:
    return f"── {channel} ".ljust(_WIDTH, "─")


def _blocks(payload: dict[str, Any]) -> Iterator[str]:
    for block in payload["blocks"]:
        match block["type"]:
            case "header" | "section":
                yield block["text"]["text"]
            case "context":
                yield "  ".join(element["text"] for element in block["elements"])
            case _:
                yield "\n".join(map(_element, block["elements"]))


def _element(element: dict[str, Any]) -> str:
    text = "".join(leaf["text"] for leaf in element["elements"]).strip()
    if element["type"] == "rich_text_preformatted":
        return "\n".join(f"  │ {line}" for line in text.splitlines())
    return text
