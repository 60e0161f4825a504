"""Escaping for Slack mrkdwn, so that untrusted text cannot mention users or create links.

https://docs.slack.dev/messaging/formatting-message-text
"""

from platform_guard.alerts.alert import Link
from platform_guard.text import cut, displayable_command, one_line

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

# Slack has no escape for these formatting characters. The replacements only look alike.
_LOOK_ALIKES = str.maketrans({"`": "\u02cb", "*": "\u2217", "~": "\u223c"})


def escape(text: str, limit: int) -> str:
    """Escape a text so that Slack shows it literally; `limit` applies before escaping."""
    return cut(one_line(text), limit).translate(_LOOK_ALIKES).translate(_ESCAPES)


def code_block(command: str) -> str:
    """Render a command as a code block that can be copied unchanged."""
    shown = displayable_command(command)
    if "```" in shown:
        return "(a command is left out here, because it holds backticks; the mail has it)"
    return f"```{shown.translate(_ESCAPES)}```"


def link(page: Link) -> str:
    """Render a link; its URL must already be percent-encoded."""
    return f"<{page.url.translate(_ESCAPES)}|{escape(page.title, 80)}>"
