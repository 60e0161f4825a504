"""Posting to a webhook, against a fake Slack server."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pytest
from urllib3 import Timeout

from platform_guard.alerts.slack.response import Posted, Refused, TryLater, wait_before
from platform_guard.alerts.slack.webhook import Slack
from tests.support.slack_server import HANGS, NO_SERVICE, OK, RESETS, Reply, slack_server

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


@dataclass(frozen=True, slots=True)
class Secrets:
    """A fake Secrets Manager client with one secret."""

    value: str

    def get_secret_value(self, **_: Any) -> dict[str, str]:
        return {"SecretString": self.value}


def post(url: str, attempt: int = 1) -> Posted | TryLater | Refused:
    client = cast("SecretsManagerClient", Secrets(url))
    return Slack(client, Timeout(connect=0.2, read=0.2)).post("guard/slack", {"text": "x"}, attempt)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (OK, Posted()),
        (Reply(429, "slow down", retry_after="7"), TryLater("429 slow down", 7)),
        (Reply(502, "<html>"), TryLater("502 <html>", 15)),
        (NO_SERVICE, Refused("404 no_service")),
        (Reply(302, "elsewhere"), Refused("302 elsewhere")),
        (HANGS, TryLater("no response: ReadTimeoutError", 15)),
        (RESETS, TryLater("no response: ProtocolError", 15)),
    ],
    ids=lambda value: str(value),
)
def test_a_response_is_classified(reply: Reply, expected: object) -> None:
    with slack_server() as slack:
        slack.script(reply)

        assert post(slack.url) == expected


def test_a_refused_connection_is_retried_without_revealing_the_url() -> None:
    result = post("http://127.0.0.1:9/services/verysecret", attempt=3)

    assert result == TryLater("no response: NewConnectionError", 60)


@pytest.mark.parametrize(
    "value",
    ["", "hunter2", "http://hooks.slack.com/hunter2", "https://a b/hunter2", "file:///hunter2"],
)
def test_a_secret_without_a_webhook_is_rejected_without_revealing_it(value: str) -> None:
    result = post(value)

    assert isinstance(result, Refused)
    assert "--secret-id guard/slack" in result.reason
    assert "hunter2" not in result.reason


def test_retry_waits_double_up_to_ten_minutes() -> None:
    assert [wait_before(attempt) for attempt in (1, 2, 3, 6, 7, 500)] == [15, 30, 60, 480, 600, 600]
