"""Rendered alerts satisfy the limits of every channel, even with hostile content."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from platform_guard.alerts.alert import Alert, Fix, Severity, Status
from platform_guard.alerts.render.amazon_q import render_q
from platform_guard.alerts.render.json_format import render_json
from platform_guard.alerts.render.plain_text import render_short
from platform_guard.alerts.render.slack import render_slack
from platform_guard.alerts.render.sns_message import compose_message
from tests.support import block_kit
from tests.support.diagnoses import CASES, alert_of
from tests.support.hostile_alerts import ALERTS as HOSTILE
from tests.support.paths import ROOT
from tests.support.push_cases import ALERTS as PUSHED

SAMPLES = [*PUSHED.values(), *map(alert_of, CASES)]
IDS = [*PUSHED, *CASES]
SNS_BYTES = 262_144

ALERT_SCHEMA = Draft202012Validator(json.loads((ROOT / "docs/alert.schema.json").read_text()))
Q_SCHEMA = Draft202012Validator(
    json.loads((ROOT / "tests/support/q_notification.schema.json").read_text())
)

hostile = settings(max_examples=20, suppress_health_check=list(HealthCheck), deadline=None)


def alert(**fields: Any) -> Alert:
    required: dict[str, Any] = {
        "severity": Severity.WARNING,
        "code": "missing-platform",
        "repository": "shop/api",
        "title": "shop/api:1: cannot run",
        "summary": "It cannot run.",
    }
    return Alert(**(required | fields))


def commands_in(payload: dict[str, Any]) -> list[str]:
    return [
        element["elements"][0]["text"]
        for block in payload["blocks"]
        if block["type"] == "rich_text"
        for element in block["elements"]
        if element["type"] == "rich_text_preformatted"
    ]


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_slack_accepts_a_sample_alert_with_complete_commands(sample: Alert) -> None:
    payload = render_slack(sample)

    assert block_kit.problems(payload) == []
    commands = {command for fix in sample.fixes for command in fix.commands}
    assert commands <= set(commands_in(payload))


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_a_sample_alert_is_valid_for_amazon_q_and_the_json_schema(sample: Alert) -> None:
    Q_SCHEMA.validate(json.loads(render_q(sample)))
    ALERT_SCHEMA.validate(json.loads(render_json(sample)))


@hostile
@given(HOSTILE)
def test_slack_accepts_a_hostile_alert_without_markup(sample: Alert) -> None:
    payload: dict[str, Any] = render_slack(sample)

    assert block_kit.problems(payload) == []
    assert all(character.isprintable() or character == "\n" for character in _texts(payload))
    for text in block_kit.texts_that_slack_interprets(payload):
        assert "<" not in text
        assert ">" not in text
        assert re.sub(r"&(amp|lt|gt);", "", text).count("&") == 0


@hostile
@given(HOSTILE)
def test_slack_shows_a_complete_command_or_none(sample: Alert) -> None:
    commands = {command for fix in sample.fixes for command in fix.commands}

    for shown in commands_in(render_slack(replace(sample, evidence=()))):
        assert shown in commands or shown.startswith("# ")


@hostile
@given(HOSTILE)
def test_amazon_q_gets_no_mentions_and_only_console_links(sample: Alert) -> None:
    notification = json.loads(render_q(sample))

    Q_SCHEMA.validate(notification)
    content = notification["content"]
    markup = re.findall(r"<([^>]*)>", " ".join([content["title"], content["description"]]))
    assert all(each.startswith("https://console.aws.amazon.com/") for each in markup)
    assert len(content["description"]) < 8_000


@hostile
@given(HOSTILE)
def test_all_texts_fit_into_one_sns_message(sample: Alert) -> None:
    message = compose_message(sample)

    attributes = sum(
        len(f"{name}String{text}".encode()) for name, text in message.attributes.items()
    )
    assert len(message.body.encode()) + attributes < SNS_BYTES
    assert all(message.attributes.values())
    texts = json.loads(message.body)
    assert texts.keys() == {"default", "email", "https", "sqs", "lambda"}
    ALERT_SCHEMA.validate(json.loads(texts["sqs"]))
    assert json.loads(texts["sqs"])["code"] == sample.code


@given(HOSTILE)
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
def test_a_short_text_fits_into_one_sms_message(sample: Alert) -> None:
    text = render_short(sample)

    assert len(text) <= 140
    assert text.isascii()
    assert text.isprintable()


def test_amazon_q_omits_a_command_that_contains_backticks() -> None:
    text = render_q(alert(fixes=(Fix("Run", ("echo '```<!channel>'",)),)))

    assert "echo" not in text
    assert "left out" in text


def test_slack_markup_is_escaped_in_amazon_q_commands() -> None:
    description = json.loads(render_q(alert(fixes=(Fix("Run", ("a > b && c",)),))))["content"]

    assert "```a &gt; b &amp;&amp; c```" in description["description"]


def test_omitted_fixes_are_counted() -> None:
    fixes = tuple(Fix(f"Way {number}", ("x" * 2_000,)) for number in range(9))

    payload = render_slack(alert(fixes=fixes))

    assert "5 more fixes in the email." in json.dumps(payload)
    assert "more ways out are in the mail" in render_q(alert(fixes=fixes))


@pytest.mark.parametrize(
    ("status", "severity", "emoji"),
    [
        (Status.OPEN, Severity.WARNING, "\U0001f534"),
        (Status.OPEN, Severity.INFO, "\U0001f7e1"),
        (Status.RESOLVED, Severity.INFO, "\u2705"),
        (Status.TEST, Severity.WARNING, "\U0001f9ea"),
    ],
)
def test_an_emoji_shows_status_and_severity(status: Status, severity: Severity, emoji: str) -> None:
    payload: dict[str, Any] = render_slack(alert(status=status, severity=severity))

    assert payload["blocks"][0]["text"]["text"].startswith(f"{emoji} ")


def test_message_attributes_support_filter_policies() -> None:
    message = compose_message(alert(service="api"))

    assert message.attributes == {
        "severity": "warning",
        "status": "open",
        "code": "missing-platform",
        "repository": "shop/api",
        "service": "api",
    }


def test_alerts_of_one_group_share_an_amazon_q_thread() -> None:
    def thread(group: str) -> str:
        text: str = json.loads(render_q(alert(group=group)))["metadata"]["threadId"]
        return text

    assert thread("a") == thread("a") != thread("b")


def _texts(payload: dict[str, Any]) -> str:
    return "".join(
        re.findall(r'"text": "((?:[^"\\]|\\.)*)"', json.dumps(payload, ensure_ascii=False))
    )
