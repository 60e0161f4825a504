"""One copy of botocore's service models for all sessions.

Loading them is most of the cost of creating a client. botocore treats them as constant and shares
them between the clients of a session. Here every test and every function has its own session.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from botocore.loaders import Loader, create_loader

_LOADER = create_loader()
_PATHS = tuple(_LOADER.search_paths)


@contextmanager
def shared_service_models() -> Iterator[None]:
    """Make all sessions that are created while the context is open share one loader."""

    def shared_loader(search_path_string: str | None = None) -> Loader:
        if search_path_string:
            return create_loader(search_path_string)
        # boto3 appends its data folder once per session.
        _LOADER.search_paths[:] = _PATHS
        return _LOADER

    with patch("botocore.session.create_loader", shared_loader):
        yield
