"""An alert in one line, for text messages and for whoever has no channel of their own."""

from platform_guard.alerts.alert import Alert, Status
from platform_guard.text import one_line

_LIMIT = 140  # characters; SNS Publish: a text message of 140 bytes is sent as one
_CUT = " ..."


def render_short(alert: Alert) -> str:
    """Render what matters most in a line of plain ASCII that fits into one text message."""
    line = f"{lead(alert)}: {one_line(alert.title)}".encode("ascii", "replace").decode()
    if len(line) <= _LIMIT:
        return line
    head = line[: _LIMIT - len(_CUT)]
    return head[: max(head.rfind(" "), _LIMIT // 2)] + _CUT


def lead(alert: Alert) -> str:
    """Say in one word, in capitals, what kind of message this is."""
    word = alert.severity if alert.status is Status.OPEN else alert.status
    return word.upper()
