"""What an error of AWS means."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    ReadTimeoutError,
)


class LookupFailedError(Exception):
    """AWS answered, but could not look, so nothing is known."""


AWS_ERRORS = (BotoCoreError, ClientError, LookupFailedError)
"""All that a look at AWS raises when it fails."""

AwsError = BotoCoreError | ClientError | LookupFailedError
"""Any of them."""

# Nothing can be seen with such credentials.
_UNUSABLE_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "UnrecognizedClientException",
    }
)

_THROTTLED = frozenset(
    {
        "ThrottlingException",
        "Throttling",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "ServerException",
        "InternalError",
        "InternalFailure",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)


def error_code(error: ClientError) -> str:
    """Give the error's code, such as `AccessDeniedException`."""
    return error.response.get("Error", {}).get("Code", "Unknown")


def reason_of(error: AwsError) -> str:
    """Say in one clause why a look at AWS failed."""
    match error:
        case ClientError():
            return error_code(error)
        case ConnectTimeoutError() | ReadTimeoutError():
            return "no answer in time"
        case BotoCoreError():
            # Its message may hold URLs and what the service sent.
            return type(error).__name__
        case LookupFailedError():
            return str(error)


def is_transient(error: ClientError) -> bool:
    """Tell whether the same call may succeed later."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return error_code(error) in _THROTTLED or status >= 500 or status == 429


def rejects_credentials(error: AwsError) -> bool:
    """Tell whether AWS does not accept, or no longer accepts, who calls."""
    return isinstance(error, ClientError) and error_code(error) in _UNUSABLE_CREDENTIALS
