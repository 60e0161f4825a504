"""Evaluates all tagged images of a repository, page by page."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from platform_guard.registry.bulk_repository import BulkRepository, ConfigCache
from platform_guard.registry.download import CONNECTIONS
from platform_guard.registry.listing import list_tagged_images
from platform_guard.registry.reference import Repository
from platform_guard.sweep.evaluation import (
    EvaluatedImage,
    PolicyFor,
    UnavailableImage,
    candidates,
    evaluate_candidates,
)

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


@dataclass(frozen=True, slots=True)
class AuditedPage:
    """The results for the images of one page of a listing."""

    evaluated: tuple[EvaluatedImage, ...]
    unavailable: tuple[UnavailableImage, ...]


@dataclass(frozen=True)
class RepositoryAuditor:
    """Evaluates repositories of one registry. Thread-safe."""

    client: "ECRClient"
    policy_for: PolicyFor
    config_cache: ConfigCache = field(default_factory=ConfigCache)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(CONNECTIONS))

    def audit(self, repository: Repository) -> Iterator[AuditedPage]:
        """Evaluate the images of a repository. Raises botocore errors and LookupFailedError.

        Calls: one per page of 1,000 images, one per 100 images, one per 100 index children to
        read, and one per config.
        """
        store = BulkRepository(self.client, repository, self.pool, self.config_cache)
        for listed, _ in list_tagged_images(self.client, repository):
            requested = list(candidates(listed, repository, self.policy_for))
            results = list(evaluate_candidates(requested, store))
            yield AuditedPage(
                tuple(result for result in results if isinstance(result, EvaluatedImage)),
                tuple(result for result in results if isinstance(result, UnavailableImage)),
            )
