"""The base of all overridden ECR operations: access to the registry, errors and paging."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from weakref import WeakKeyDictionary

from moto.core.common_types import TYPE_RESPONSE
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ecr.models import Repository
from moto.ecr.responses import ECRResponse

from platform_guard_emulator.ecr.downloads import DownloadServer
from platform_guard_emulator.ecr.errors import RegistryError, invalid_parameter
from platform_guard_emulator.ecr.events import ImageEvent
from platform_guard_emulator.ecr.store import ImageStore

DEFAULT_PAGE = 100
"""Results per page without `maxResults`, whose maximum is 1,000."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Registry:
    """The registry's state and its environment: clock, ids, event bus and download server."""

    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    emit: Callable[[ImageEvent], None]
    downloads: DownloadServer
    stores: WeakKeyDictionary[Repository, ImageStore] = field(default_factory=WeakKeyDictionary)
    cache_rules: dict[tuple[str, str], dict[str, dict[str, object]]] = field(default_factory=dict)
    """Pull-through cache rules by account and region, then by prefix."""

    def store_of(self, repository: Repository) -> ImageStore:
        """Return the image store of a repository, which is deleted together with it."""
        return self.stores.setdefault(repository, ImageStore())


class _EcrException(ServiceException):
    """Defined here because moto derives an exception's service from its module name."""


class EcrOperations(ECRResponse):
    """A request to ECR. moto dispatches to the method with the operation's name."""

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self._registry = registry

    def call_action(self) -> TYPE_RESPONSE:
        """Handle the request and convert a RegistryError to the service's exception."""
        try:
            return super().call_action()
        except RegistryError as error:
            failure = _EcrException(error.code, str(error))
            for member, value in error.members.items():
                setattr(failure, member, value)
            status, headers, body = self.serialized(ActionResult(failure))
            return status, {**headers, "status": str(status)}, body

    @property
    def _store(self) -> ImageStore:
        return self._registry.store_of(self._repository())

    def _repository(self) -> Repository:
        return self.ecr_backend._get_repository(
            self._get_param("repositoryName"), self._get_param("registryId")
        )

    def _page(self, items: Sequence[Item]) -> tuple[Sequence[Item], str | None]:
        start = _offset(self._get_param("nextToken"))
        size = self._get_param("maxResults") or DEFAULT_PAGE
        if not 1 <= size <= 1000:
            raise invalid_parameter("Invalid parameter at 'maxResults': between 1 and 1000")
        end = start + size
        return items[start:end], _token(end) if end < len(items) else None


def without_none(members: dict[str, object]) -> dict[str, object]:
    """Return the members with a value. ECR omits the others."""
    return {key: value for key, value in members.items() if value is not None}


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"offset {offset}".encode()).decode()


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("offset "))
    except ValueError as error:
        raise invalid_parameter("Invalid parameter at 'nextToken'") from error
