"""Classification of AWS errors."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    ReadTimeoutError,
)


class LookupFailedError(Exception):
    """AWS responded without an answer, or not in time, so the result is unknown."""


AWS_ERRORS = (BotoCoreError, ClientError, LookupFailedError)
"""All exceptions that a failed lookup raises."""

AwsError = BotoCoreError | ClientError | LookupFailedError

_INVALID_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "UnrecognizedClientException",
    }
)

_TRANSIENT_CODES = frozenset(
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
    """Return the error code, such as `AccessDeniedException`."""
    return error.response.get("Error", {}).get("Code", "Unknown")


def reason_of(error: AwsError) -> str:
    """Return a short reason for a failed lookup: an error code or a clause."""
    match error:
        case ClientError():
            return error_code(error)
        case ConnectTimeoutError() | ReadTimeoutError():
            return "no answer in time"
        case BotoCoreError():
            # Its message may contain URLs and response data.
            return type(error).__name__
        case LookupFailedError():
            return str(error)


def is_transient(error: ClientError) -> bool:
    """Return whether a retry of the same call may succeed."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return error_code(error) in _TRANSIENT_CODES or status >= 500 or status == 429


def rejects_credentials(error: AwsError) -> bool:
    """Return whether AWS rejected the credentials as invalid or expired."""
    return isinstance(error, ClientError) and error_code(error) in _INVALID_CREDENTIALS
