"""Downloading a blob from a presigned URL."""

import urllib3

from platform_guard.aws.errors import LookUpError

CONNECTIONS = 16
"""How many downloads keep their connection when several threads download."""

_POOL = urllib3.PoolManager(
    # As many as the sweep downloads at once.
    maxsize=CONNECTIONS,
    timeout=urllib3.Timeout(connect=3, read=10),
    retries=urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504)),
)


def download(url: str, size_limit: int) -> bytes:
    """Download at most one byte more than `size_limit`, without AWS credentials.

    The URL is a secret: whoever has it can read the blob. Raises LookUpError.
    """
    try:
        with _POOL.request("GET", url, preload_content=False) as response:
            if response.status != 200:
                raise LookUpError(f"the download of a blob was answered with {response.status}")
            return response.read(size_limit + 1, decode_content=False)
    except urllib3.exceptions.HTTPError as error:
        # Its message holds the URL, and a chained exception would carry it into the log.
        raise LookUpError(f"the download of a blob failed: {type(error).__name__}") from None
