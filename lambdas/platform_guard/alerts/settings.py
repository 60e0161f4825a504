"""The part of the settings that says who hears of what: [alerts], [slack] and [amazon_q]."""

import re
from dataclasses import dataclass

from platform_guard.alerts.alert import Severity
from platform_guard.policy.verdict import Finding
from platform_guard.toml_table import (
    TomlTable,
    a_boolean,
    a_string,
    a_whole_number,
    distinct,
    one_of,
)

MAX_COLLECT_SECONDS = 900
"""The longest that SQS holds a message back (SQS API, SendMessage, DelaySeconds)."""

# The HTML standard's "valid e-mail address", with at least one dot in the domain.
_EMAIL = (
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)

# Secrets Manager API, CreateSecret, Name. A name that ends in a hyphen and six characters looks
# like the end of an ARN, and AWS advises against it.
_SECRET_NAME = r"[A-Za-z0-9/_+=.@-]{1,512}"  # noqa: S105 (a pattern of names)

# ECR API, CreateRepository, repositoryName, and the two wildcards.
_REPOSITORY_PATTERN = r"[a-z0-9._/*?-]{1,256}"

_CHANNEL_NAME = r"[a-z0-9][a-z0-9_-]{0,79}"

# AWS::Chatbot::SlackChannelConfiguration, SlackWorkspaceId and SlackChannelId.
_WORKSPACE_ID = r"[0-9A-Z]{1,255}"
_CHANNEL_ID = r"[A-Z0-9]{1,100}"


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """A channel that a webhook posts to, and what it is told."""

    name: str
    """What a repository's `slack-channel` tag calls it."""
    secret: str
    """The name of the secret in Secrets Manager that holds the webhook's URL."""
    severity: Severity = Severity.INFO
    """The mildest that is posted."""
    repositories: tuple[str, ...] = ("*",)
    """Patterns, of which a repository has to fit one."""


@dataclass(frozen=True, slots=True)
class AmazonQ:
    """A channel of Slack that Amazon Q Developer posts to."""

    workspace_id: str
    channel_id: str


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Who hears of what, and how often."""

    emails: tuple[str, ...] = ()
    """Who gets alerts by mail."""
    collect_seconds: int = 20
    """How long findings of one repository are collected into one message, 0 to 900 seconds."""
    once_a_day: tuple[Finding, ...] = (Finding.INDEX_ONLY,)
    """Findings that are reported once a repository a day."""
    messages_a_minute: int = 10
    """How many messages about findings there are at most before an overview stands for the rest."""
    resolved: bool = True
    """Whether it is told when something is well again."""
    slack: tuple[SlackChannel, ...] = ()
    amazon_q: AmazonQ | None = None


def read_alert_settings(root: TomlTable) -> AlertSettings:
    """Read the tables of a settings file. Raises TomlTableError."""
    default = AlertSettings()
    with root.table("alerts") as alerts:
        return AlertSettings(
            emails=alerts.take("emails", distinct(_email), default.emails),
            collect_seconds=alerts.take(
                "collect_seconds", a_whole_number(0, MAX_COLLECT_SECONDS), default.collect_seconds
            ),
            once_a_day=alerts.take("once_a_day", distinct(one_of(Finding)), default.once_a_day),
            messages_a_minute=alerts.take(
                "messages_a_minute", a_whole_number(1, 1000), default.messages_a_minute
            ),
            resolved=alerts.take("resolved", a_boolean, default.resolved),
            slack=_read_slack(root),
            amazon_q=_read_amazon_q(root),
        )


def _read_slack(root: TomlTable) -> tuple[SlackChannel, ...]:
    channels: list[SlackChannel] = []
    with root.table("slack") as slack:
        for table in slack.tables("channel", name="name"):
            channel = _read_channel(table)
            if channel.name in {known.name for known in channels}:
                raise table.error("name", f'"{channel.name}" is there twice; write another name')
            channels.append(channel)
    return tuple(channels)


def _read_channel(table: TomlTable) -> SlackChannel:
    default = SlackChannel("", "")
    with table:
        return SlackChannel(
            name=table.require("name", _channel_name, 'a name of your own, such as "platform"'),
            secret=table.require(
                "secret", _secret_name, 'the name of a secret, such as "platform-guard/slack"'
            ),
            severity=table.take("severity", one_of(Severity), default.severity),
            repositories=table.take("repositories", _patterns, default.repositories),
        )


def _read_amazon_q(root: TomlTable) -> AmazonQ | None:
    with root.table("amazon_q") as table:
        if not table.stated:
            return None
        return AmazonQ(
            table.require("workspace_id", _workspace_id, 'the id of the workspace, "T…"'),
            table.require("channel_id", _channel_id, 'the id of the channel, "C…"'),
        )


def _email(value: object) -> str:
    return _fitting(value, _EMAIL, "is no e-mail address; write one such as team@example.com")


def _channel_name(value: object) -> str:
    return _fitting(
        value, _CHANNEL_NAME, "is no name; write lower-case letters, digits, hyphens, underscores"
    )


def _secret_name(value: object) -> str:
    text = a_string(value)
    if text.startswith(("https:", "http:")):
        # The URL itself: whoever reads it may post to the channel, so it is not repeated.
        raise ValueError(
            "is the webhook's URL, which is a secret; put it into Secrets Manager and write the "
            "name of that secret here"
        )
    return _fitting(text, _SECRET_NAME, "is no name of a secret; write one such as guard/slack")


def _patterns(value: object) -> tuple[str, ...]:
    patterns = distinct(_pattern)(value)
    if not patterns:
        raise ValueError('is empty, so nothing is posted; write a pattern, such as "*"')
    return patterns


def _pattern(value: object) -> str:
    return _fitting(value, _REPOSITORY_PATTERN, 'is no pattern; write one such as "team-a/*"')


def _workspace_id(value: object) -> str:
    return _fitting(value, _WORKSPACE_ID, "is no id of a workspace; write one such as T01234ABCDE")


def _channel_id(value: object) -> str:
    return _fitting(value, _CHANNEL_ID, "is no id of a channel; write one such as C01234ABCDE")


def _fitting(value: object, expression: str, otherwise: str) -> str:
    text = a_string(value)
    if re.fullmatch(expression, text) is None:
        raise ValueError(f"{text!r} {otherwise}")
    return text
