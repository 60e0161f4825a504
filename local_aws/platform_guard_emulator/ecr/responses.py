"""ECR's image and layer operations wired into moto, whose repositories stay in use.

moto routes a request to `ECRResponse`; while the stand-in is active its dispatch hands over to
`FaithfulEcr`, which overrides the operations that the stores answer.
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


class FaithfulEcr(ImageOperations, LayerOperations, PullThroughOperations):
    """All of ECR: what is not overridden is moto's."""

    def describe_repositories(self) -> ActionResult:
        """Return repositories page by page, which moto does not."""
        names = self._get_param("repositoryNames")
        repositories = self.ecr_backend.describe_repositories(
            registry_id=self._get_param("registryId"), repository_names=names
        )
        if names:
            return ActionResult({"repositories": repositories})
        page, token = self._page(repositories)
        return ActionResult(without_none({"repositories": list(page), "nextToken": token}))

    def delete_repository(self) -> ActionResult:
        """Refuse to delete a repository with images unless forced."""
        repository = self._repository()
        if len(self._store) and not self._get_param("force"):
            raise RepositoryNotEmptyException(repository.name, repository.registry_id)
        return super().delete_repository()


@contextmanager
def faithful_ecr(registry: Registry) -> Iterator[None]:
    """Answer moto's requests to ECR from the registry while the context is open."""

    def dispatch(
        _: ECRResponse, request: Request, full_url: str | None = None, headers: object = None
    ) -> TYPE_RESPONSE:
        return BaseResponse._dispatch(FaithfulEcr(registry), request, full_url, headers)

    with patch.object(ECRResponse, "_dispatch", dispatch):
        yield
