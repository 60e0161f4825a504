"""Rendering as a custom notification for Amazon Q Developer in chat applications.

https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
Amazon Q silently drops other messages from the topic. The page documents no limits, so this module
applies those of a Slack message, which is what Amazon Q posts.
"""

import hashlib
import json
from collections.abc import Iterable

from platform_guard.alerts.alert import Alert, Fix
from platform_guard.alerts.render.mrkdwn import code_block, escape, link
from platform_guard.alerts.render.plain_text import render_short, status_label
from platform_guard.text import cut, one_line

_TITLE = 150
_DESCRIPTION = 3_000
_TEXT = 600
_NAME = 200
_STEPS = 10


def render_q(alert: Alert) -> str:
    """Render an alert as JSON; alerts of the same group share a thread."""
    return json.dumps(
        {
            "version": "1.0",
            "source": "custom",
            "content": {
                "textType": "client-markdown",
                "title": escape(alert.title, _TITLE) or alert.code,
                "description": _description(alert),
                "nextSteps": _non_empty([escape(fix.title, _NAME) for fix in alert.fixes[:_STEPS]]),
                "keywords": [escape(word, _NAME) for word in (status_label(alert), alert.code)],
            },
            "metadata": {
                "threadId": hashlib.sha256((alert.group or alert.title).encode()).hexdigest()[:32],
                "summary": render_short(alert),
                "eventType": alert.code,
                "relatedResources": _non_empty(
                    cut(one_line(name), _NAME)
                    for name in (alert.image or alert.repository, alert.service)
                ),
            },
        },
        ensure_ascii=False,
    )


def _description(alert: Alert) -> str:
    """Render the summary, the facts and as many complete fixes as fit."""
    links = " · ".join(link(each) for each in alert.links)
    parts = [
        escape(alert.summary, _TEXT),
        "\n".join(
            f"*{escape(name, _NAME)}* {escape(value, _NAME)}" for name, value in _facts(alert)
        ),
        links if len(links) <= _TEXT * 2 else "",
    ]
    remaining = _DESCRIPTION - sum(len(part) + 2 for part in parts)
    for number, fix in enumerate(alert.fixes):
        text = _fix(fix)
        if len(text) > remaining:
            parts.append(f"({len(alert.fixes) - number} more ways out are in the mail)")
            break
        parts.append(text)
        remaining -= len(text) + 2
    return "\n\n".join(part for part in parts if part) or alert.code


def _non_empty(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if text]


def _facts(alert: Alert) -> tuple[tuple[str, str], ...]:
    return alert.facts[:_STEPS]


def _fix(fix: Fix) -> str:
    return "\n".join([f"{escape(fix.title, _TEXT)}{fix.ending}", *map(code_block, fix.commands)])
