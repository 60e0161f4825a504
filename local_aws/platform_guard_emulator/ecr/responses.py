"""The emulated ECR operations, connected to moto, which still manages the repositories.

moto routes requests to `ECRResponse`. While the emulator is active, they are dispatched to
`EmulatedEcr`, which overrides the operations on images, layers and pull-through cache rules.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from moto.core.common_types import TYPE_RESPONSE
from moto.core.request import Request
from moto.core.responses import ActionResult, BaseResponse
from moto.ecr.exceptions import RepositoryNotEmptyException
from moto.ecr.responses import ECRResponse

from platform_guard_emulator.ecr.image_operations import ImageOperations
from platform_guard_emulator.ecr.layer_operations import LayerOperations
from platform_guard_emulator.ecr.operations import Registry, without_none
from platform_guard_emulator.ecr.pull_through_operations import PullThroughOperations


class EmulatedEcr(ImageOperations, LayerOperations, PullThroughOperations):
    """All ECR operations. Those that are not overridden are moto's."""

    def describe_repositories(self) -> ActionResult:
        """Return repositories in pages, which moto does not support."""
        names = self._get_param("repositoryNames")
        repositories = self.ecr_backend.describe_repositories(
            registry_id=self._get_param("registryId"), repository_names=names
        )
        if names:
            return ActionResult({"repositories": repositories})
        page, token = self._page(repositories)
        return ActionResult(without_none({"repositories": list(page), "nextToken": token}))

    def delete_repository(self) -> ActionResult:
        """Delete a repository. Only `force` deletes one with images."""
        repository = self._repository()
        if len(self._store) and not self._get_param("force"):
            raise RepositoryNotEmptyException(repository.name, repository.registry_id)
        return super().delete_repository()


@contextmanager
def emulated_ecr(registry: Registry) -> Iterator[None]:
    """Answer all ECR requests from the registry while the context is open."""

    def dispatch(
        _: ECRResponse, request: Request, full_url: str | None = None, headers: object = None
    ) -> TYPE_RESPONSE:
        return BaseResponse._dispatch(EmulatedEcr(registry), request, full_url, headers)

    with patch.object(ECRResponse, "_dispatch", dispatch):
        yield
