"""A validator for Slack's documented Block Kit limits.

https://docs.slack.dev/reference/block-kit/blocks
https://docs.slack.dev/reference/block-kit/composition-objects/text-object
"""

import json
from collections.abc import Iterator
from typing import Any

BLOCKS = 50
HEADER = 150
SECTION = 3_000
FIELDS = 10
FIELD = 2_000
CONTEXT_ELEMENTS = 10
MESSAGE = 13_200  # Slack has rejected larger messages

_RICH = {"rich_text_section", "rich_text_preformatted", "rich_text_list", "rich_text_quote"}


def problems(payload: dict[str, Any]) -> list[str]:
    """Return the problems for which Slack would reject a webhook request body."""
    found = list(_problems(payload))
    size = len(json.dumps(payload, ensure_ascii=False))
    return [*found, f"{size} characters in total"] if size > MESSAGE else found


def texts_that_slack_interprets(payload: dict[str, Any]) -> Iterator[str]:
    """Yield every mrkdwn text."""
    yield payload["text"]
    yield from _mrkdwn(payload["blocks"])


def _mrkdwn(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            yield node["text"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _mrkdwn(child)


def _problems(payload: dict[str, Any]) -> Iterator[str]:
    if not payload.get("text"):
        yield "no fallback text"
    blocks = payload["blocks"]
    if not 1 <= len(blocks) <= BLOCKS:
        yield f"{len(blocks)} blocks"
    for block in blocks:
        yield from _block_problems(block)


def _block_problems(block: dict[str, Any]) -> Iterator[str]:
    match block:
        case {"type": "header", "text": {"type": "plain_text"} as text}:
            yield from _text_problems(text, HEADER)
        case {"type": "section", **rest}:
            if "text" in rest:
                yield from _text_problems(rest["text"], SECTION)
            fields = rest.get("fields", [])
            if len(fields) > FIELDS or not (fields or "text" in rest):
                yield f"a section with {len(fields)} fields"
            for field in fields:
                yield from _text_problems(field, FIELD)
        case {"type": "context", "elements": elements}:
            if not 1 <= len(elements) <= CONTEXT_ELEMENTS:
                yield f"a context of {len(elements)} elements"
            for element in elements:
                yield from _text_problems(element, SECTION)
        case {"type": "rich_text", "elements": [_, *_] as elements}:
            for element in elements:
                yield from _rich_problems(element)
        case {"type": "divider"}:
            pass
        case _:
            yield f"an unknown or empty block: {block}"


def _text_problems(text: dict[str, Any], limit: int) -> Iterator[str]:
    if text.get("type") not in ("plain_text", "mrkdwn"):
        yield f"not a text object: {text}"
    if not 1 <= len(text["text"]) <= limit:
        yield f"a text of {len(text['text'])} characters; the limit is {limit}"


def _rich_problems(element: dict[str, Any]) -> Iterator[str]:
    if element.get("type") not in _RICH or not element.get("elements"):
        yield f"an unknown or empty element: {element}"
    for leaf in element.get("elements", []):
        match leaf:
            case {"type": "text", "text": str(text)}:
                if not text:
                    yield "an empty text"
            case {"type": "link", "url": str(url)}:
                if not url.startswith("https://") or len(url) > SECTION:
                    yield f"a bad link: {url}"
            case _:
                yield f"an unknown element: {leaf}"
