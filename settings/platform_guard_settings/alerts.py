"""The `[alerts]`, `[slack]` and `[amazon_q]` tables of guard.toml."""

import re

from platform_guard.alerts.alert import Severity
from platform_guard.alerts.settings import AlertSettings, AmazonQ, SlackChannel
from platform_guard.policy.verdict import Finding
from platform_guard.values import integer_between, one_of, read_boolean, read_string, unique_list
from platform_guard_settings.toml_table import TomlTable

MAX_COLLECT_SECONDS = 900
"""Maximum delay of an SQS message (SQS API, SendMessage, DelaySeconds)."""


# The HTML standard's "valid e-mail address", with at least one dot in the domain.
_EMAIL = (
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


# Secrets Manager API, CreateSecret, Name.
_SECRET_NAME = r"[A-Za-z0-9/_+=.@-]{1,512}"  # noqa: S105 (a pattern of names)


# ECR API, CreateRepository, repositoryName, plus wildcards.
_REPOSITORY_PATTERN = r"[a-z0-9._/*?-]{1,256}"


_CHANNEL_NAME = r"[a-z0-9][a-z0-9_-]{0,79}"


# AWS::Chatbot::SlackChannelConfiguration, SlackWorkspaceId and SlackChannelId.
_WORKSPACE_ID = r"[0-9A-Z]{1,255}"


_CHANNEL_ID = r"[A-Z0-9]{1,100}"


def read_alert_settings(root: TomlTable) -> AlertSettings:
    """Read the three tables. Raise TomlTableError if one is invalid."""
    default = AlertSettings()
    with root.table("alerts") as alerts:
        return AlertSettings(
            emails=alerts.take("emails", unique_list(_email), default.emails),
            collect_seconds=alerts.take(
                "collect_seconds", integer_between(0, MAX_COLLECT_SECONDS), default.collect_seconds
            ),
            once_a_day=alerts.take("once_a_day", unique_list(one_of(Finding)), default.once_a_day),
            messages_a_minute=alerts.take(
                "messages_a_minute", integer_between(1, 1000), default.messages_a_minute
            ),
            resolved=alerts.take("resolved", read_boolean, default.resolved),
            slack=_read_slack(root),
            amazon_q=_read_amazon_q(root),
        )


def _read_slack(root: TomlTable) -> tuple[SlackChannel, ...]:
    channels: list[SlackChannel] = []
    with root.table("slack") as slack:
        for table in slack.tables("channel", name="name"):
            channel = _read_channel(table)
            if channel.name in {known.name for known in channels}:
                raise table.error("name", f'"{channel.name}" is a duplicate; use another name')
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
            table.require("workspace_id", _workspace_id, 'the workspace ID, "T…"'),
            table.require("channel_id", _channel_id, 'the channel ID, "C…"'),
        )


def _email(value: object) -> str:
    return _matching(value, _EMAIL, "email address", "an address such as team@example.com")


def _channel_name(value: object) -> str:
    return _matching(
        value,
        _CHANNEL_NAME,
        "channel name",
        "lowercase letters, digits, hyphens and underscores",
    )


def _secret_name(value: object) -> str:
    text = read_string(value)
    if text.startswith(("https:", "http:")):
        # The message must not repeat the URL: it permits posting to the channel.
        raise ValueError(
            "the webhook URL is confidential; store it in AWS Secrets Manager and set the name of "
            "that secret here"
        )
    return _matching(text, _SECRET_NAME, "secret name", "a name such as guard/slack")


def _patterns(value: object) -> tuple[str, ...]:
    patterns = unique_list(_pattern)(value)
    if not patterns:
        raise ValueError(
            'the list is empty, so nothing would be posted; add a pattern, such as "*"'
        )
    return patterns


def _pattern(value: object) -> str:
    return _matching(value, _REPOSITORY_PATTERN, "pattern", "a pattern such as team-a/*")


def _workspace_id(value: object) -> str:
    return _matching(value, _WORKSPACE_ID, "workspace ID", "an ID such as T01234ABCDE")


def _channel_id(value: object) -> str:
    return _matching(value, _CHANNEL_ID, "channel ID", "an ID such as C01234ABCDE")


def _matching(value: object, expression: str, noun: str, hint: str) -> str:
    text = read_string(value)
    if re.fullmatch(expression, text) is None:
        raise ValueError(f"invalid {noun} {text!r}; use {hint}")
    return text
