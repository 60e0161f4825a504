"""Posting to Slack incoming webhooks, whose URLs are stored in Secrets Manager."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

from platform_guard.alerts.slack.response import Answer, Refused, TryLater, read_answer, wait_before
from platform_guard.aws.errors import error_code, is_transient

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# Slack usually responds within a second, and Lambda bills the time spent waiting.
_TIMEOUT = Timeout(connect=3, read=8)


class Slack:
    """Posts messages. Reads the webhook URL each time, and never logs it."""

    def __init__(self, secrets: "SecretsManagerClient", timeout: Timeout = _TIMEOUT) -> None:
        self._secrets = secrets
        # A failed request may have delivered the message, so retries are left to the queue.
        self._http = PoolManager(timeout=timeout, retries=False)

    def post(self, secret: str, payload: Mapping[str, object], attempt: int) -> Answer:
        """Post a message to the webhook whose URL is in a secret.

        `attempt` counts from 1. Raise ClientError if reading the secret fails transiently.
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
            # The message of the exception contains the URL.
            return TryLater(f"no response: {type(error).__name__}", wait_before(attempt))
        body = response.data[:1000].decode(errors="replace")
        return read_answer(response.status, body, response.headers.get("Retry-After", ""), attempt)

    def _value_of(self, secret: str) -> str:
        try:
            answer = self._secrets.get_secret_value(SecretId=secret)
        except ClientError as error:
            if is_transient(error):
                raise
            raise NoWebhookError(
                f"cannot read secret {secret} ({error_code(error)}); if it does not exist in this "
                f"Region, create it with: aws secretsmanager create-secret --name {secret} "
                "--secret-string file://webhook.txt; if a customer managed key encrypts it, allow "
                "kms:Decrypt for the role of this function in the key policy"
            ) from error
        return answer.get("SecretString", "")


# A webhook URL is a credential, so only HTTPS is allowed. Loopback is for tests.
_WEBHOOK = r"https://[A-Za-z0-9.-]+(?::[0-9]+)?/[!-~]*|http://127\.0\.0\.1:[0-9]+/[!-~]*"


class NoWebhookError(Exception):
    """A secret does not contain a webhook URL; the message never includes its value."""


def read_webhook(secret: str, value: str) -> str:
    """Return the URL in a secret's value. Raise NoWebhookError if it is not a webhook URL."""
    url = value.strip()
    if re.fullmatch(_WEBHOOK, url) is None:
        raise NoWebhookError(
            f"secret {secret} does not contain an https:// webhook URL; store one with: "
            f"aws secretsmanager put-secret-value --secret-id {secret} --secret-string URL"
        )
    return url
