"""The settings that say who hears of what."""

import pytest

from platform_guard.alerts.alert import Severity
from platform_guard.alerts.settings import AlertSettings, AmazonQ, SlackChannel
from platform_guard.policy.verdict import Finding
from platform_guard.settings import SettingsError, parse_settings


def test_every_key_is_read() -> None:
    settings = parse_settings("""
        [alerts]
        emails = ["team@example.com"]
        collect_seconds = 0
        once_a_day = ["index-only", "no-image"]
        messages_a_minute = 3
        resolved = false

        [[slack.channel]]
        name = "platform"
        secret = "platform-guard/slack"

        [[slack.channel]]
        name = "shop-team"
        secret = "shop/slack"
        severity = "warning"
        repositories = ["shop/*", "web"]

        [amazon_q]
        workspace_id = "T01234ABCDE"
        channel_id = "C01234ABCDE"
    """)

    assert settings.alerts == AlertSettings(
        emails=("team@example.com",),
        collect_seconds=0,
        once_a_day=(Finding.INDEX_ONLY, Finding.NO_IMAGE),
        messages_a_minute=3,
        resolved=False,
        slack=(
            SlackChannel("platform", "platform-guard/slack", Severity.INFO, ("*",)),
            SlackChannel("shop-team", "shop/slack", Severity.WARNING, ("shop/*", "web")),
        ),
        amazon_q=AmazonQ("T01234ABCDE", "C01234ABCDE"),
    )


AMAZON_Q = '[amazon_q]\nworkspace_id = "T01234ABCDE"\nchannel_id = "C01234ABCDE"\n'

MISTAKES = {
    "too long": (
        "[alerts]\ncollect_seconds = 901",
        "[alerts] collect_seconds: 901 is out of range; write a whole number from 0 to 900",
    ),
    "no finding": (
        '[alerts]\nonce_a_day = ["compliant"]',
        "[alerts] once_a_day: 'compliant' is not allowed; write one of missing-platform, "
        "index-only, no-image, dangling, mislabeled",
    ),
    "one table": (
        '[slack]\nchannel = "x"',
        "[slack] channel: is a string; write each as a table, [[slack.channel]]",
    ),
    "no secret": (
        '[[slack.channel]]\nname = "platform"',
        '[[slack.channel]] number 1 ("platform") secret: is missing; write the name of a '
        'secret, such as "platform-guard/slack"',
    ),
    "twice": (
        '[[slack.channel]]\nname = "a"\nsecret = "s"\n[[slack.channel]]\nname = "a"\nsecret = "t"',
        '[[slack.channel]] number 2 ("a") name: "a" is there twice; write another name',
    ),
    "no pattern": (
        '[[slack.channel]]\nname = "a"\nsecret = "s"\nrepositories = []',
        '[[slack.channel]] number 1 ("a") repositories: is empty, so nothing is posted; '
        'write a pattern, such as "*"',
    ),
    "no channel": (
        '[amazon_q]\nworkspace_id = "T01"',
        '[amazon_q] channel_id: is missing; write the id of the channel, "C…"',
    ),
    "a name": (
        '[amazon_q]\nworkspace_id = "T01"\nchannel_id = "#platform"',
        "[amazon_q] channel_id: '#platform' is no id of a channel; write one such as C01234ABCDE",
    ),
    "several regions": (
        AMAZON_Q + '[deploy]\nregions = ["eu-west-1", "us-east-1"]',
        "[amazon_q]: an account can configure a channel for Amazon Q once, and not in several "
        "regions; write one region in [deploy] regions, or a [[slack.channel]] instead",
    ),
    "a region without it": (
        AMAZON_Q + '[deploy]\nregions = ["us-gov-west-1"]',
        "[amazon_q]: Amazon Q cannot be set up in us-gov-west-1; write a [[slack.channel]] instead",
    ),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_line_that_says_what_to_write(text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text)

    assert str(caught.value) == f"guard.toml: {message}"


def test_a_webhook_in_place_of_its_secrets_name_is_refused_and_not_repeated() -> None:
    url = "https://hooks.slack.com/services/T0/B0/verysecret"

    with pytest.raises(SettingsError) as caught:
        parse_settings(f'[[slack.channel]]\nname = "a"\nsecret = "{url}"')

    assert "put it into Secrets Manager" in str(caught.value)
    assert "verysecret" not in str(caught.value)
