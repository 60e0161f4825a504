"""The recipients, grouping and throttling of alerts."""

from dataclasses import dataclass

from platform_guard.alerts.alert import Severity
from platform_guard.policy.verdict import Finding


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """A channel with an incoming webhook, and the alerts it receives."""

    name: str
    """The value of a repository's `slack-channel` resource tag."""
    secret: str
    """The name of the Secrets Manager secret that contains the webhook URL."""
    severity: Severity = Severity.INFO
    """The minimum severity."""
    repositories: tuple[str, ...] = ("*",)
    """Patterns; the repository must match one of them."""


@dataclass(frozen=True, slots=True)
class AmazonQ:
    """A Slack channel that Amazon Q Developer posts to."""

    workspace_id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """The recipients, grouping and throttling of alerts."""

    emails: tuple[str, ...] = ()
    """Email recipients."""
    collect_seconds: int = 20
    """How long the findings of a repository are collected into one message, 0 to 900."""
    once_a_day: tuple[Finding, ...] = (Finding.INDEX_ONLY,)
    """Findings that are reported at most once per repository and day."""
    messages_a_minute: int = 10
    """Maximum number of messages per minute; an overview replaces the others."""
    resolved: bool = True
    """Whether to notify when a problem is resolved."""
    slack: tuple[SlackChannel, ...] = ()
    amazon_q: AmazonQ | None = None
