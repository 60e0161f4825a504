"""The address of a webhook, as an operator puts it into a secret."""

import re

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
