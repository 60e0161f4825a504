"""Slack's markup, in which what others wrote must neither ring anybody nor become a link.

https://docs.slack.dev/messaging/formatting-message-text
"""

from platform_guard.alerts.alert import Link
from platform_guard.text import cut, one_line, shown_command

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

# Not escaped by Slack, but able to format what follows. These look the same and do nothing.
_LOOK_ALIKES = str.maketrans({"`": "\u02cb", "*": "\u2217", "~": "\u223c"})


def escaped(text: str, limit: int) -> str:
    """Write a text so that Slack shows it as it is, cut to `limit` characters before escaping."""
    return cut(one_line(text), limit).translate(_LOOK_ALIKES).translate(_ESCAPES)


def code_block(command: str) -> str:
    """Write a command so that it can be copied as it is."""
    shown = shown_command(command)
    if "```" in shown:
        return "(a command is left out here, because it holds backticks; the mail has it)"
    return f"```{shown.translate(_ESCAPES)}```"


def link(page: Link) -> str:
    """Write a link; its address is one of ours, with all that is special in it quoted."""
    return f"<{page.url.translate(_ESCAPES)}|{escaped(page.title, 80)}>"
