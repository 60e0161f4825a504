"""Posting to an incoming webhook of Slack, and the secrets that hold their addresses."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

from platform_guard.alerts.slack.response import Answer, Refused, TryLater, read_answer, wait_before
from platform_guard.aws.errors import error_code, is_transient

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

import re

# Slack answers within a second; a function that waits longer is paid for.
_TIMEOUT = Timeout(connect=3, read=8)


class Slack:
    """Posts messages. Addresses of webhooks are read anew each time, and told to nobody."""

    def __init__(self, secrets: "SecretsManagerClient", timeout: Timeout = _TIMEOUT) -> None:
        self._secrets = secrets
        # No retries: a message that may have arrived is not sent twice in a row.
        self._http = PoolManager(timeout=timeout, retries=False)

    def post(self, secret: str, payload: Mapping[str, object], attempt: int) -> Answer:
        """Post a message to the webhook whose address a secret holds.

        `attempt` counts from 1. Raises ClientError where the secret cannot be read for now.
        """
        try:
            url = read_webhook(secret, self._value_of(secret))
        except NoWebhookError as error:
            return Refused(str(error))
        try:
            response = self._http.request(
                "POST",
                url,
                body=json.dumps(payload, ensure_ascii=False).encode(),
                headers={"Content-Type": "application/json; charset=utf-8"},
                redirect=False,
            )
        except HTTPError as error:
            # Its message holds the address.
            return TryLater(f"no answer: {type(error).__name__}", wait_before(attempt))
        body = response.data[:1000].decode(errors="replace")
        return read_answer(response.status, body, response.headers.get("Retry-After", ""), attempt)

    def _value_of(self, secret: str) -> str:
        try:
            answer = self._secrets.get_secret_value(SecretId=secret)
        except ClientError as error:
            if is_transient(error):
                raise
            raise NoWebhookError(
                f"the secret {secret} cannot be read ({error_code(error)}); if it is not in this "
                f"region, create it with: aws secretsmanager create-secret --name {secret} "
                "--secret-string file://webhook.txt; if a key of your own encrypts it, let the "
                "policy of that key admit the role of this function with kms:Decrypt"
            ) from error
        return answer.get("SecretString", "")


# A webhook's address is as good as a password, so it must not travel in the clear.
_WEBHOOK = r"https://[A-Za-z0-9.-]+(?::[0-9]+)?/[!-~]*|http://127\.0\.0\.1:[0-9]+/[!-~]*"


class NoWebhookError(Exception):
    """A secret does not hold the address of a webhook; the message never says what it holds."""


def read_webhook(secret: str, value: str) -> str:
    """Give the address that a secret's value holds. Raises NoWebhookError with what to do."""
    url = value.strip()
    if re.fullmatch(_WEBHOOK, url) is None:
        raise NoWebhookError(
            f"the secret {secret} does not hold the https:// address of a webhook; put it there "
            f"with: aws secretsmanager put-secret-value --secret-id {secret} --secret-string URL"
        )
    return url
