"""An alert as a message of Slack, in Block Kit.

https://docs.slack.dev/reference/block-kit/blocks

What others wrote stands in plain text and rich text only, which Slack does not interpret. The
fallback for notifications is Slack's own markup, and is escaped.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from platform_guard.alerts.alert import Alert, Fix, Severity, Status
from platform_guard.alerts.render.mrkdwn import escaped
from platform_guard.text import cut, one_line, printable, shown_command

Block = dict[str, Any]

_CHARACTERS = 11_000
"""Of JSON in all. Slack was seen to refuse messages near 13,200."""

_HEADER = 150  # Header block: text
_SUMMARY = 1_500  # Section block: text may have 3,000
_FACTS = 12
_FIXES = 12
_LINES = 20
_COMMAND = 2_800  # what the rest of a message leaves room for
_ROOMS = (400, 150, 50)
"""How many characters each text of a list may have, tried in turn."""

_FOR_EVIDENCE = 1_000
_FOR_FACTS = 4_000


def render_slack(alert: Alert) -> dict[str, object]:
    """Render an alert as the body of an incoming webhook's request."""
    blocks = [_header(alert), _plain_section(cut(one_line(alert.summary), _SUMMARY))]
    blocks.extend(_fitting(lambda room: _facts(alert, room), _FOR_FACTS))
    end = [*_fitting(lambda room: _links(alert, room), _FOR_EVIDENCE), _context(alert)]
    left = _CHARACTERS - _size([*blocks, *end])
    fixes = _fixes(alert.fixes, left - _FOR_EVIDENCE)
    evidence = _fitting(lambda room: _evidence(alert, room), left - _size(fixes))
    fallback = escaped(alert.title, _HEADER) or alert.code
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


def _facts(alert: Alert, room: int) -> list[Block]:
    elements = []
    for name, value in alert.facts[:_FACTS]:
        elements.append(_text(f"{cut(one_line(name), room)}  ", bold=True))
        elements.append(_text(f"{cut(one_line(value), room) or '-'}\n"))
    return [_rich(_section(elements))] if elements else []


def _fixes(fixes: Sequence[Fix], room: int) -> list[Block]:
    """Show as many fixes as there is room for, each whole, and say how many are not shown."""
    blocks: list[Block] = []
    for fix in fixes[:_FIXES]:
        block = _fix(fix)
        if _size([*blocks, block]) > room:
            break
        blocks.append(block)
    missing = len(fixes) - len(blocks)
    if missing:
        more = "another way out is" if missing == 1 else f"{missing} more ways out are"
        blocks.append(_plain_section(f"There is no room for more here: {more} in the mail."))
    return blocks


def _fix(fix: Fix) -> Block:
    title = _section([_text(f"{cut(one_line(fix.title), 400)}{fix.ending}", bold=True)])
    commands = [shown_command(command) for command in fix.commands]
    return _rich(
        title,
        *(
            _preformatted(command if len(command) <= _COMMAND else "# too long: see the mail")
            for command in commands
        ),
    )


def _evidence(alert: Alert, room: int) -> list[Block]:
    lines = [cut(printable(line), room) for line in alert.evidence[:_LINES]]
    more = len(alert.evidence) - len(lines)
    shown = [*lines, f"and {more} more"] if more else lines
    text = "\n".join(shown)
    return [_rich(_section([_text("Seen:", bold=True)]), _preformatted(text))] if text else []


def _links(alert: Alert, room: int) -> list[Block]:
    elements: list[Block] = []
    for page in alert.links:
        if len(page.url) <= room * 5:
            elements.append({"type": "link", "url": page.url, "text": cut(page.title, room)})
            elements.append(_text("   "))
    return [_rich(_section(elements[:-1]))] if elements else []


def _context(alert: Alert) -> Block:
    words = (alert.severity, alert.account, alert.region, "ECR platform guard")
    text = " · ".join(one_line(word)[:100] for word in words if word)
    return {"type": "context", "elements": [_plain(text)]}


def _fitting(make: Callable[[int], list[Block]], characters: int) -> list[Block]:
    """Make blocks with as much room for each text as fits; none where even the least does not."""
    for room in _ROOMS:
        blocks = make(room)
        if _size(blocks) <= characters:
            return blocks
    return []


def _size(blocks: Iterable[Block]) -> int:
    return sum(len(json.dumps(block, ensure_ascii=False)) for block in blocks)


def _plain_section(text: str) -> Block:
    return {"type": "section", "text": _plain(text or "-")}


def _plain(text: str) -> Block:
    # Without emoji, ":x:" in a name stays what it is.
    return {"type": "plain_text", "text": text, "emoji": False}


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _section(elements: Sequence[Block]) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def _preformatted(text: str) -> Block:
    return {"type": "rich_text_preformatted", "elements": [_text(text)]}


def _text(text: str, *, bold: bool = False) -> Block:
    return {"type": "text", "text": text, **({"style": {"bold": True}} if bold else {})}
