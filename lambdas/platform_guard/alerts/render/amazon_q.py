"""An alert as a custom notification of Amazon Q Developer in chat applications.

https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
Anything else on the topic is dropped there without a word. The page states no limits, so these are
those of a message in Slack, which Q posts it to.
"""

import hashlib
import json
from collections.abc import Iterable

from platform_guard.alerts.alert import Alert, Fix
from platform_guard.alerts.render.mrkdwn import code_block, escaped, link
from platform_guard.alerts.render.plain_text import lead, render_short
from platform_guard.text import cut, one_line

_TITLE = 150
_DESCRIPTION = 3_000
_TEXT = 600
_NAME = 200
_STEPS = 10


def render_q(alert: Alert) -> str:
    """Render an alert as JSON; alerts of one group become one thread."""
    return json.dumps(
        {
            "version": "1.0",
            "source": "custom",
            "content": {
                "textType": "client-markdown",
                "title": escaped(alert.title, _TITLE) or alert.code,
                "description": _description(alert),
                "nextSteps": _notified([escaped(fix.title, _NAME) for fix in alert.fixes[:_STEPS]]),
                "keywords": [escaped(word, _NAME) for word in (lead(alert), alert.code)],
            },
            "metadata": {
                "threadId": hashlib.sha256((alert.group or alert.title).encode()).hexdigest()[:32],
                "summary": render_short(alert),
                "eventType": alert.code,
                "relatedResources": _notified(
                    cut(one_line(name), _NAME)
                    for name in (alert.image or alert.repository, alert.service)
                ),
            },
        },
        ensure_ascii=False,
    )


def _description(alert: Alert) -> str:
    """Write the summary, the facts and then as many fixes as fit, each whole."""
    links = " · ".join(link(each) for each in alert.links)
    parts = [
        escaped(alert.summary, _TEXT),
        "\n".join(
            f"*{escaped(name, _NAME)}* {escaped(value, _NAME)}" for name, value in _facts(alert)
        ),
        links if len(links) <= _TEXT * 2 else "",
    ]
    room = _DESCRIPTION - sum(len(part) + 2 for part in parts)
    for number, fix in enumerate(alert.fixes):
        text = _fix(fix)
        if len(text) > room:
            parts.append(f"({len(alert.fixes) - number} more ways out are in the mail)")
            break
        parts.append(text)
        room -= len(text) + 2
    return "\n\n".join(part for part in parts if part) or alert.code


def _notified(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if text]


def _facts(alert: Alert) -> tuple[tuple[str, str], ...]:
    return alert.facts[:_STEPS]


def _fix(fix: Fix) -> str:
    return "\n".join([f"{escaped(fix.title, _TEXT)}{fix.ending}", *map(code_block, fix.commands)])
