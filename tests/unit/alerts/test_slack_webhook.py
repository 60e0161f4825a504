"""What becomes of a message that is posted, against a server that plays Slack."""

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
    """Secrets Manager, with one secret."""

    value: str

    def get_secret_value(self, **_: Any) -> dict[str, str]:
        return {"SecretString": self.value}


def post(url: str, attempt: int = 1) -> Posted | TryLater | Refused:
    client = cast("SecretsManagerClient", Secrets(url))
    return Slack(client, Timeout(connect=0.2, read=0.2)).post("guard/slack", {"text": "x"}, attempt)


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        (OK, Posted()),
        (Reply(429, "slow down", retry_after="7"), TryLater("429 slow down", 7)),
        (Reply(502, "<html>"), TryLater("502 <html>", 15)),
        (NO_SERVICE, Refused("404 no_service")),
        (Reply(302, "elsewhere"), Refused("302 elsewhere")),
        (HANGS, TryLater("no answer: ReadTimeoutError", 15)),
        (RESETS, TryLater("no answer: ProtocolError", 15)),
    ],
    ids=lambda value: str(value),
)
def test_an_answer_says_what_to_do(reply: Reply, answer: object) -> None:
    with slack_server() as slack:
        slack.script(reply)

        assert post(slack.url) == answer


def test_nobody_there_is_no_answer_and_the_address_is_not_told() -> None:
    answer = post("http://127.0.0.1:9/services/verysecret", attempt=3)

    assert answer == TryLater("no answer: NewConnectionError", 60)


@pytest.mark.parametrize(
    "value",
    ["", "hunter2", "http://hooks.slack.com/hunter2", "https://a b/hunter2", "file:///hunter2"],
)
def test_a_secret_that_holds_no_webhook_is_refused_and_not_told(value: str) -> None:
    answer = post(value)

    assert isinstance(answer, Refused)
    assert "--secret-id guard/slack" in answer.reason
    assert "hunter2" not in answer.reason


def test_waits_double_up_to_ten_minutes() -> None:
    assert [wait_before(attempt) for attempt in (1, 2, 3, 6, 7, 500)] == [15, 30, 60, 480, 600, 600]
