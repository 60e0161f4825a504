"""What Slack's answer to a webhook means.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
https://docs.slack.dev/apis/web-api/rate-limits#incoming-webhooks
"""

from dataclasses import dataclass

from platform_guard.text import cut, one_line

_FIRST_WAIT_SECONDS = 15
_LONGEST_WAIT_SECONDS = 600
_LONGEST_RETRY_AFTER_SECONDS = 3600
_REASON = 200


@dataclass(frozen=True, slots=True)
class Posted:
    """It stands in the channel."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """The same message may be taken later."""

    reason: str
    seconds: int
    """How long to wait."""


@dataclass(frozen=True, slots=True)
class Refused:
    """No attempt will help until somebody has changed something."""

    reason: str


Answer = Posted | TryLater | Refused


def read_answer(status: int, body: str, retry_after: str, attempt: int) -> Answer:
    """Read an answer over HTTP. `attempt` counts from 1; `retry_after` is that header, or empty."""
    said = cut(one_line(f"{status} {body}"), _REASON)
    match status:
        case _ if 200 <= status < 300:
            return Posted()
        case 429:
            seconds = int(retry_after) if retry_after.isdecimal() else wait_before(attempt)
            return TryLater(said, min(max(seconds, 1), _LONGEST_RETRY_AFTER_SECONDS))
        case _ if status >= 500:
            return TryLater(said, wait_before(attempt))
        case _:
            return Refused(said)


def wait_before(attempt: int) -> int:
    """Tell how many seconds to wait after so many attempts: twice as long every time."""
    doublings = min(attempt - 1, 10)
    return min(_FIRST_WAIT_SECONDS << doublings, _LONGEST_WAIT_SECONDS)
