"""The emulator's ECR operations without HTTP, behind the interface of a botocore client."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError
from moto.core.responses import ActionResult
from moto.ecr.models import Repository as StoredRepository

from platform_guard.registry.reference import Repository
from platform_guard.registry.repository import EcrImages
from platform_guard_emulator.ecr.downloads import DownloadServer
from platform_guard_emulator.ecr.errors import RegistryError
from platform_guard_emulator.ecr.events import ImageEvent
from platform_guard_emulator.ecr.image_operations import ImageOperations
from platform_guard_emulator.ecr.operations import Registry
from platform_guard_emulator.ecr.store import ImageStore
from tests.simulation.faults import Faults, client_error

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

Call = Callable[[str, Callable[[], Any]], Any]


class _RepositoryNotFoundError(ClientError):
    """Never raised: the repository always exists."""


class _Operations(ImageOperations):
    """The operations on one repository, without an HTTP request."""

    def __init__(self, registry: Registry, repository: StoredRepository) -> None:
        super().__init__(registry)
        self._only = repository
        self.params: dict[str, Any] = {}

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        return self.params.get(param_name, if_none)

    def _repository(self) -> StoredRepository:
        return self._only


class DirectEcr:
    """An ECR client that calls the emulator's operations directly."""

    exceptions = SimpleNamespace(RepositoryNotFoundException=_RepositoryNotFoundError)

    def __init__(
        self,
        clock: Callable[[], datetime],
        emit: Callable[[ImageEvent], None],
        repository: Repository,
        mutability: str,
        *,
        untags_whole_images: bool,
        archived_failure_code: str = ImageOperations.archived_failure_code,
    ) -> None:
        stored: StoredRepository = cast("Any", StoredRepository)(
            repository.account,
            repository.region,
            repository.name,
            repository.account,
            None,
            None,
            mutability,
        )
        # Nothing is downloaded: SimulatedImages reads configs from the store.
        registry = Registry(clock, str, emit, cast("DownloadServer", None))
        self._operations = _Operations(registry, stored)
        self._operations.archived_failure_code = archived_failure_code
        self._untags_whole_images = untags_whole_images
        self.store: ImageStore = registry.store_of(stored)

    def put_image(self, **params: Any) -> Any:
        return self._call("put_image", params)

    def batch_get_image(self, **params: Any) -> Any:
        return self._call("batch_get_image", params)

    def batch_delete_image(self, **params: Any) -> Any:
        (image_id,) = params["imageIds"]
        if self._untags_whole_images and len(image_id) == 2:
            named = self._call("batch_get_image", params)
            if named["images"]:
                # Violates contract E5: deleting any tag deletes the image.
                params = {**params, "imageIds": [{"imageDigest": image_id["imageDigest"]}]}
        return self._call("batch_delete_image", params)

    def describe_images(self, **params: Any) -> Any:
        return self._call("describe_images", params)

    def update_image_storage_class(self, **params: Any) -> Any:
        return self._call("update_image_storage_class", params)

    def get_paginator(self, operation: str) -> Any:
        def paginate(PaginationConfig: Any = None, **params: Any) -> Iterator[Any]:  # noqa: N803, ARG001
            yield getattr(self, operation)(**params, maxResults=1000)

        return SimpleNamespace(paginate=paginate)

    def _call(self, operation: str, params: dict[str, Any]) -> Any:
        self._operations.params = params
        try:
            answer: ActionResult = getattr(self._operations, operation)()
        except RegistryError as error:
            raise client_error(error.code, operation, message=str(error)) from error
        return answer.result


class FaultyEcr(DirectEcr):
    """A client of the same registry whose calls may fail."""

    def __init__(self, ecr: DirectEcr, faults: Faults) -> None:
        self._ecr = ecr
        self._faults = faults
        self.store = ecr.store

    def _call(self, operation: str, params: dict[str, Any]) -> Any:
        return self._faults.call(
            operation, lambda: self._ecr._call(operation, params), is_repeated=True
        )

    def batch_delete_image(self, **params: Any) -> Any:
        return self._faults.call(
            "batch_delete_image",
            lambda: self._ecr.batch_delete_image(**params),
            is_repeated=True,
        )


@dataclass(frozen=True, slots=True)
class SimulatedImages(EcrImages):
    """The product's EcrImages, which reads configs without a download."""

    store: ImageStore
    faults: Faults

    def config(self, digest: str, size_limit: int) -> bytes | None:  # noqa: ARG002
        def read() -> bytes | None:
            return self.store.layers.content(digest) if digest in self.store.layers else None

        return self.faults.call("config", read)


def images_of(ecr: FaultyEcr, repository: Repository, faults: Faults) -> SimulatedImages:
    return SimulatedImages(cast("ECRClient", ecr), repository, ecr.store, faults)
