"""An alert as a self-contained HTML page in the style of the channels."""

import html
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from platform_guard.alerts.alert import Alert
from platform_guard.alerts.render.amazon_q import render_q
from platform_guard.alerts.render.plain_text import render_short, render_subject, render_text
from platform_guard.alerts.render.slack import render_slack

_STYLE = Path(__file__).with_name("preview.css")

# The part of Slack's mrkdwn that render_q writes: code, links, bold.
_MARKUP = re.compile(
    r"```(?P<code>.*?)```|<(?P<url>[^|>]*)\|(?P<text>[^>]*)>|\*(?P<bold>[^*\n]+)\*"
)


def render_page(alerts: Sequence[Alert]) -> str:
    """Render alerts for every channel. The page has no external resources and no scripts."""
    style = _STYLE.read_text(encoding="utf-8")
    body = "\n".join(_alert(alert) for alert in alerts)
    title = html.escape(alerts[0].title)
    return (
        "<!doctype html>\n"
        '<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>\n{style}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _alert(alert: Alert) -> str:
    slack = "\n".join(_blocks(render_slack(alert)))
    return "\n".join(
        [
            _card("Slack", "slack light", _message("ECR platform guard", slack)),
            _card("Slack, dark", "slack dark", _message("ECR platform guard", slack)),
            _card("Email", "mail", _mail(alert)),
            _card("Amazon Q Developer", "slack light q", _message("Amazon Q", _q(alert))),
            _card("Text message", "sms", f"<p>{html.escape(render_short(alert))}</p>"),
        ]
    )


def _card(channel: str, kind: str, content: str) -> str:
    return f'<section><h2>{channel}</h2><div class="{kind}">{content}</div></section>'


def _message(sender: str, content: str) -> str:
    return (
        '<div class="avatar" aria-hidden="true">⬢</div><div class="message">'
        f'<p class="sender"><b>{sender}</b> <span>APP</span></p>{content}</div>'
    )


def _mail(alert: Alert) -> str:
    subject, text = html.escape(render_subject(alert)), html.escape(render_text(alert))
    return f'<p class="subject">{subject}</p><pre>{text}</pre>'


def _blocks(payload: dict[str, Any]) -> Iterator[str]:
    for block in payload["blocks"]:
        match block["type"]:
            case "header":
                yield f"<h3>{html.escape(block['text']['text'])}</h3>"
            case "section":
                yield f"<p>{html.escape(block['text']['text'])}</p>"
            case "context":
                texts = (html.escape(element["text"]) for element in block["elements"])
                yield f'<p class="context">{" ".join(texts)}</p>'
            case _:
                yield from map(_rich, block["elements"])


def _rich(element: dict[str, Any]) -> str:
    content = "".join(map(_leaf, element["elements"]))
    if element["type"] == "rich_text_preformatted":
        return f"<pre>{content}</pre>"
    return f'<p class="rich">{content.rstrip()}</p>'


def _leaf(leaf: dict[str, Any]) -> str:
    text = html.escape(leaf["text"])
    if leaf["type"] == "link":
        return f'<a href="{html.escape(leaf["url"])}">{text}</a>'
    return f"<b>{text}</b>" if leaf.get("style") else text


def _q(alert: Alert) -> str:
    content = json.loads(render_q(alert))["content"]
    steps = "".join(f"<li>{_unescaped(step)}</li>" for step in content["nextSteps"])
    return (
        f"<h3>{_unescaped(content['title'])}</h3>"
        f'<div class="rich">{_markup(content["description"])}</div>'
        f"<p><b>Next steps</b></p><ul>{steps}</ul>"
    )


def _markup(text: str) -> str:
    """Convert Slack's mrkdwn to HTML."""
    # A code block has margins of its own.
    text = re.sub(r"\n*(```.*?```)\n*", r"\1", text)
    parts, end = [], 0
    for found in _MARKUP.finditer(text):
        parts.append(_unescaped(text[end : found.start()]))
        parts.append(_marked(found))
        end = found.end()
    return "".join([*parts, _unescaped(text[end:])])


def _marked(found: re.Match[str]) -> str:
    if found["code"] is not None:
        return f"<pre>{_unescaped(found['code'])}</pre>"
    if found["url"] is not None:
        return f'<a href="{_unescaped(found["url"])}">{_unescaped(found["text"])}</a>'
    return f"<b>{_unescaped(found['bold'])}</b>"


def _unescaped(text: str) -> str:
    """Undo Slack's escapes, a subset of HTML's, and escape for HTML."""
    return html.escape(html.unescape(text))
