"""Which channels of Slack an alert goes to."""

from collections.abc import Sequence

from platform_guard.alerts.alert import Alert, Severity, Status
from platform_guard.alerts.batch.aggregate import OVERVIEW_CODE
from platform_guard.alerts.settings import SlackChannel
from platform_guard.pattern import matches

CHANNEL_TAG = "slack-channel"
"""The resource tag by which a repository names the channel that it is told to."""


def channels_for(
    alert: Alert, channels: Sequence[SlackChannel], tag: str
) -> tuple[SlackChannel, ...]:
    """Choose channels by the repository's own tag, or else by the rules of the settings.

    A tag that names no channel counts for nothing. A test goes to all, and so does an overview of
    many repositories. What is resolved goes wherever its beginning may have gone.
    """
    if alert.status is Status.TEST or alert.code == OVERVIEW_CODE:
        return tuple(channels)
    own = tuple(channel for channel in channels if channel.name == tag)
    return own or tuple(channel for channel in channels if _fits(alert, channel))


def _fits(alert: Alert, channel: SlackChannel) -> bool:
    severities = list(Severity)
    grave_enough = alert.status is Status.RESOLVED or severities.index(
        alert.severity
    ) >= severities.index(channel.severity)
    return grave_enough and any(
        matches(pattern, alert.repository) for pattern in channel.repositories
    )
