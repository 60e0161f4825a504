"""Evaluates all tagged images of a repository, page by page."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from platform_guard.registry.bulk_repository import BulkRepository, SeenConfigs
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
    """What became of the images that one page of a listing holds."""

    evaluated: tuple[EvaluatedImage, ...]
    unavailable: tuple[UnavailableImage, ...]


@dataclass(frozen=True)
class RepositoryAuditor:
    """Judges repositories of one registry. May be used by several threads."""

    client: "ECRClient"
    policy_for: PolicyFor
    seen_configs: SeenConfigs = field(default_factory=SeenConfigs)
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(CONNECTIONS))

    def audit(self, repository: Repository) -> Iterator[AuditedPage]:
        """Evaluate the images of a repository. Raises botocore errors and LookupFailedError.

        Calls: one a page of 1,000; of each page one a hundred images and one a hundred children of
        indexes that have to be read; one a config.
        """
        store = BulkRepository(self.client, repository, self.pool, self.seen_configs)
        for listed, _ in list_tagged_images(self.client, repository):
            wanted = list(candidates(listed, repository, self.policy_for))
            results = list(evaluate_candidates(wanted, store))
            yield AuditedPage(
                tuple(result for result in results if isinstance(result, EvaluatedImage)),
                tuple(result for result in results if isinstance(result, UnavailableImage)),
            )
