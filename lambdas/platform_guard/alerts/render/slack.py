"""Rendering as a Slack message in Block Kit.

https://docs.slack.dev/reference/block-kit/blocks

Untrusted text appears only in plain text and rich text, which Slack does not interpret. The
notification fallback is mrkdwn and is escaped.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from platform_guard.alerts.alert import Alert, Fix, Severity, Status
from platform_guard.alerts.render.mrkdwn import escape
from platform_guard.text import cut, displayable_command, one_line, printable

Block = dict[str, Any]

_CHARACTERS = 11_000
"""Total JSON characters. Slack has been observed to reject messages near 13,200."""

_HEADER = 150  # Header block: text
_SUMMARY = 1_500  # Section block: the limit is 3,000
_FACTS = 12
_FIXES = 12
_LINES = 20
_COMMAND = 2_800  # leaves space for the rest of the message
_TEXT_LIMITS = (400, 150, 50)
"""Maximum characters of each text in a list, tried in turn."""

_EVIDENCE = 1_000
_ALL_FACTS = 4_000


def render_slack(alert: Alert) -> dict[str, object]:
    """Render an alert as the body of an incoming webhook's request."""
    blocks = [_header(alert), _plain_section(cut(one_line(alert.summary), _SUMMARY))]
    blocks.extend(_fit(lambda limit: _facts(alert, limit), _ALL_FACTS))
    end = [*_fit(lambda limit: _links(alert, limit), _EVIDENCE), _context(alert)]
    remaining = _CHARACTERS - _size([*blocks, *end])
    fixes = _fixes(alert.fixes, remaining - _EVIDENCE)
    evidence = _fit(lambda limit: _evidence(alert, limit), remaining - _size(fixes))
    fallback = escape(alert.title, _HEADER) or alert.code
    return {"text": fallback, "blocks": [*blocks, *fixes, *evidence, *end]}


def _header(alert: Alert) -> Block:
    title = cut(one_line(f"{_sign(alert)} {alert.title}"), _HEADER)
    return {"type": "header", "text": _plain(title)}


def _sign(alert: Alert) -> str:
    match alert.status, alert.severity:
        case Status.RESOLVED, _:
            return "\u2705"
        case Status.TEST, _:
            return "\U0001f9ea"
        case _, Severity.WARNING:
            return "\U0001f534"
        case _:
            return "\U0001f7e1"


def _facts(alert: Alert, limit: int) -> list[Block]:
    elements = []
    for name, value in alert.facts[:_FACTS]:
        elements.append(_text(f"{cut(one_line(name), limit)}  ", bold=True))
        elements.append(_text(f"{cut(one_line(value), limit) or '-'}\n"))
    return [_rich(_section(elements))] if elements else []


def _fixes(fixes: Sequence[Fix], characters: int) -> list[Block]:
    """Render as many complete fixes as fit, and the number of omitted ones."""
    blocks: list[Block] = []
    for fix in fixes[:_FIXES]:
        block = _fix(fix)
        if _size([*blocks, block]) > characters:
            break
        blocks.append(block)
    missing = len(fixes) - len(blocks)
    if missing:
        noun = "fix" if missing == 1 else "fixes"
        blocks.append(_plain_section(f"{missing} more {noun} in the email."))
    return blocks


def _fix(fix: Fix) -> Block:
    title = _section([_text(f"{cut(one_line(fix.title), 400)}{fix.ending}", bold=True)])
    commands = [displayable_command(command) for command in fix.commands]
    return _rich(
        title,
        *(
            _preformatted(command if len(command) <= _COMMAND else "# too long: see the mail")
            for command in commands
        ),
    )


def _evidence(alert: Alert, limit: int) -> list[Block]:
    lines = [cut(printable(line), limit) for line in alert.evidence[:_LINES]]
    more = len(alert.evidence) - len(lines)
    shown = [*lines, f"and {more} more"] if more else lines
    text = "\n".join(shown)
    return [_rich(_section([_text("Seen:", bold=True)]), _preformatted(text))] if text else []


def _links(alert: Alert, limit: int) -> list[Block]:
    elements: list[Block] = []
    for page in alert.links:
        if len(page.url) <= limit * 5:
            elements.append({"type": "link", "url": page.url, "text": cut(page.title, limit)})
            elements.append(_text("   "))
    return [_rich(_section(elements[:-1]))] if elements else []


def _context(alert: Alert) -> Block:
    words = (alert.severity, alert.account, alert.region, "ECR platform guard")
    text = " · ".join(one_line(word)[:100] for word in words if word)
    return {"type": "context", "elements": [_plain(text)]}


def _fit(make: Callable[[int], list[Block]], characters: int) -> list[Block]:
    """Make blocks with the largest text limit that fits; empty if none fits."""
    for limit in _TEXT_LIMITS:
        blocks = make(limit)
        if _size(blocks) <= characters:
            return blocks
    return []


def _size(blocks: Iterable[Block]) -> int:
    return sum(len(json.dumps(block, ensure_ascii=False)) for block in blocks)


def _plain_section(text: str) -> Block:
    return {"type": "section", "text": _plain(text or "-")}


def _plain(text: str) -> Block:
    # Otherwise Slack would replace ":x:" in a name with an emoji.
    return {"type": "plain_text", "text": text, "emoji": False}


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _section(elements: Sequence[Block]) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def _preformatted(text: str) -> Block:
    return {"type": "rich_text_preformatted", "elements": [_text(text)]}


def _text(text: str, *, bold: bool = False) -> Block:
    return {"type": "text", "text": text, **({"style": {"bold": True}} if bold else {})}
