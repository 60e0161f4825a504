"""One copy of botocore's service models for all sessions: reading them is most of a client's cost.

botocore treats them as constant and shares them between the clients of a session. Here every test
and every function has sessions of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from botocore.loaders import Loader, create_loader

_LOADER = create_loader()
_PATHS = tuple(_LOADER.search_paths)


@contextmanager
def shared_service_models() -> Iterator[None]:
    """Let every session made while the context is open use the same loader."""

    def shared_loader(search_path_string: str | None = None) -> Loader:
        if search_path_string:
            return create_loader(search_path_string)
        # boto3 appends its own folder for every session.
        _LOADER.search_paths[:] = _PATHS
        return _LOADER

    with patch("botocore.session.create_loader", shared_loader):
        yield
