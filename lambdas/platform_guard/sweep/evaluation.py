"""Evaluates the images of a repository in bulk."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from platform_guard.oci.bulk_reader import BulkRequest, BulkStore, UnavailableContent, read_images
from platform_guard.oci.image import Image
from platform_guard.oci.reader import ReadRequest
from platform_guard.policy.evaluation import evaluate
from platform_guard.policy.policy import Policy
from platform_guard.policy.verdict import Verdict
from platform_guard.registry.images import ListedImage
from platform_guard.registry.mark import is_mark
from platform_guard.registry.reference import Reference, Repository

PolicyFor = Callable[[Repository, str], Policy]
"""Returns the policy for a tag of a repository."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An image with those of its tags that share a policy."""

    repository: Repository
    digest: str
    tags: tuple[str, ...]
    """At least one, without marks."""
    marks: tuple[str, ...]
    pushed_at: float
    policy: Policy

    @property
    def reference(self) -> Reference:
        """The image by first tag and digest."""
        return Reference(self.repository, self.tags[0], self.digest)


@dataclass(frozen=True, slots=True)
class EvaluatedImage:
    """A candidate that was read and evaluated."""

    candidate: Candidate
    image: Image
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class UnavailableImage:
    """A candidate that could not be read, and the reason."""

    candidate: Candidate
    reason: str


def candidates(
    listed: Sequence[ListedImage], repository: Repository, policy_for: PolicyFor
) -> Iterator[Candidate]:
    """Return the images to evaluate: each once per policy, without those that have only marks.

    Images that the policy ignores are left out.
    """
    for image in listed:
        marks = tuple(tag for tag in image.tags if is_mark(tag))
        for policy, tags in _by_policy(image, repository, policy_for):
            yield Candidate(repository, image.digest, tags, marks, image.pushed_at, policy)


def evaluate_candidates(
    requested: Sequence[Candidate], store: BulkStore
) -> Iterator[EvaluatedImage | UnavailableImage]:
    """Read and evaluate images of one repository; deleted ones are left out."""
    roots = store.documents(list(dict.fromkeys(candidate.digest for candidate in requested)))
    readable: list[Candidate] = []
    to_read: list[BulkRequest] = []
    for candidate in requested:
        match roots.get(candidate.digest):
            case None:
                pass
            case UnavailableContent(reason):
                yield UnavailableImage(candidate, reason)
            case root:
                policy = candidate.policy
                readable.append(candidate)
                to_read.append(
                    BulkRequest(root, ReadRequest(policy.required_platforms, policy.verify_config))
                )
    for candidate, found in zip(readable, read_images(to_read, store), strict=True):
        if isinstance(found, UnavailableContent):
            yield UnavailableImage(candidate, found.reason)
        else:
            yield EvaluatedImage(candidate, found, evaluate(found, candidate.policy))


def _by_policy(
    image: ListedImage, repository: Repository, policy_for: PolicyFor
) -> list[tuple[Policy, tuple[str, ...]]]:
    groups: list[tuple[Policy, list[str]]] = []
    for tag in sorted(image.tags):
        if is_mark(tag):
            continue
        policy = policy_for(repository, tag)
        if policy.ignore:
            continue
        for known, tags in groups:
            if known is policy or known == policy:
                tags.append(tag)
                break
        else:
            groups.append((policy, [tag]))
    return [(policy, tuple(tags)) for policy, tags in groups]
