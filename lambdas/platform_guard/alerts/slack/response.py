"""Classification of Slack's responses to webhook requests.

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
    """Slack accepted the message."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """A retry of the same message may succeed."""

    reason: str
    seconds: int
    """The wait before the retry."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A retry cannot succeed until the configuration changes."""

    reason: str


Answer = Posted | TryLater | Refused


def read_answer(status: int, body: str, retry_after: str, attempt: int) -> Answer:
    """Classify a response. `attempt` counts from 1; `retry_after` is the header, or empty."""
    reason = cut(one_line(f"{status} {body}"), _REASON)
    match status:
        case _ if 200 <= status < 300:
            return Posted()
        case 429:
            seconds = int(retry_after) if retry_after.isdecimal() else wait_before(attempt)
            return TryLater(reason, min(max(seconds, 1), _LONGEST_RETRY_AFTER_SECONDS))
        case _ if status >= 500:
            return TryLater(reason, wait_before(attempt))
        case _:
            return Refused(reason)


def wait_before(attempt: int) -> int:
    """Return the wait in seconds after an attempt; it doubles each time, up to ten minutes."""
    doublings = min(attempt - 1, 10)
    return min(_FIRST_WAIT_SECONDS << doublings, _LONGEST_WAIT_SECONDS)
