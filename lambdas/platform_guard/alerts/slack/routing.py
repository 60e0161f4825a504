"""Selection of the Slack channels for an alert."""

from collections.abc import Sequence

from platform_guard.alerts.alert import Alert, Severity, Status
from platform_guard.alerts.batch.aggregate import OVERVIEW_CODE
from platform_guard.alerts.settings import SlackChannel
from platform_guard.pattern import matches

CHANNEL_TAG = "slack-channel"
"""The resource tag that selects the channel of a repository."""


def channels_for(
    alert: Alert, channels: Sequence[SlackChannel], tag: str
) -> tuple[SlackChannel, ...]:
    """Select channels by the repository's resource tag, or else by the channel rules.

    A tag that matches no channel is ignored. Tests and overviews go to all channels. A resolved
    alert ignores the severity, because the channel may have received the original alert.
    """
    if alert.status is Status.TEST or alert.code == OVERVIEW_CODE:
        return tuple(channels)
    tagged = tuple(channel for channel in channels if channel.name == tag)
    return tagged or tuple(channel for channel in channels if _matches(alert, channel))


def _matches(alert: Alert, channel: SlackChannel) -> bool:
    severities = list(Severity)
    severe_enough = alert.status is Status.RESOLVED or severities.index(
        alert.severity
    ) >= severities.index(channel.severity)
    return severe_enough and any(
        matches(pattern, alert.repository) for pattern in channel.repositories
    )
