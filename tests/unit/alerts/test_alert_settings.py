"""The [alerts], [slack] and [amazon_q] tables of guard.toml."""

import pytest

from platform_guard.alerts.alert import Severity
from platform_guard.alerts.settings import AlertSettings, AmazonQ, SlackChannel
from platform_guard.policy.verdict import Finding
from platform_guard_settings.guard_toml import SettingsError, parse_settings


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
    "delay too long": (
        "[alerts]\ncollect_seconds = 901",
        "[alerts] collect_seconds: 901 is out of range; use an integer from 0 to 900",
    ),
    "not a finding": (
        '[alerts]\nonce_a_day = ["compliant"]',
        "[alerts] once_a_day: 'compliant' is not allowed; use one of missing-platform, "
        "index-only, no-image, dangling, mislabeled",
    ),
    "value for a list of tables": (
        '[slack]\nchannel = "x"',
        "[slack] channel: expected tables, got a string; write each as [[slack.channel]]",
    ),
    "no secret": (
        '[[slack.channel]]\nname = "platform"',
        '[[slack.channel]] number 1 ("platform") secret: required key is missing; set it to the '
        'name of a secret, such as "platform-guard/slack"',
    ),
    "duplicate name": (
        '[[slack.channel]]\nname = "a"\nsecret = "s"\n[[slack.channel]]\nname = "a"\nsecret = "t"',
        '[[slack.channel]] number 2 ("a") name: "a" is a duplicate; use another name',
    ),
    "empty patterns": (
        '[[slack.channel]]\nname = "a"\nsecret = "s"\nrepositories = []',
        '[[slack.channel]] number 1 ("a") repositories: the list is empty, so nothing would be '
        'posted; add a pattern, such as "*"',
    ),
    "no channel ID": (
        '[amazon_q]\nworkspace_id = "T01"',
        '[amazon_q] channel_id: required key is missing; set it to the channel ID, "C…"',
    ),
    "channel name as ID": (
        '[amazon_q]\nworkspace_id = "T01"\nchannel_id = "#platform"',
        "[amazon_q] channel_id: invalid channel ID '#platform'; use an ID such as C01234ABCDE",
    ),
    "several Regions": (
        AMAZON_Q + '[deploy]\nregions = ["eu-west-1", "us-east-1"]',
        "[amazon_q]: an account can configure a channel only once, not in several Regions; "
        "set a single Region in [deploy] regions, or use a [[slack.channel]] instead",
    ),
    "unsupported Region": (
        AMAZON_Q + '[deploy]\nregions = ["us-gov-west-1"]',
        "[amazon_q]: Amazon Q Developer is not available in us-gov-west-1; "
        "use a [[slack.channel]] instead",
    ),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_an_error_is_one_line_with_the_setting_and_the_correction(text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text)

    assert str(caught.value) == f"guard.toml: {message}"


def test_a_webhook_url_as_secret_name_is_rejected_without_repeating_it() -> None:
    url = "https://hooks.slack.com/services/T0/B0/verysecret"

    with pytest.raises(SettingsError) as caught:
        parse_settings(f'[[slack.channel]]\nname = "a"\nsecret = "{url}"')

    assert "store it in AWS Secrets Manager" in str(caught.value)
    assert "verysecret" not in str(caught.value)
