"""Sweeps a repository: evaluates images whose event was missed and picks out findings.

The sweep remembers what it has evaluated. A remembered image costs no call and is not reported
again. A finding whose remedy is pending was reported as well and is enqueued without reading it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from platform_guard.fingerprint import fingerprint
from platform_guard.oci.bulk_reader import BulkStore
from platform_guard.policy.policy import Policy, Remedy
from platform_guard.policy.verdict import Finding, NoFinding
from platform_guard.registry.images import ListedImage
from platform_guard.registry.mark import mark_for
from platform_guard.registry.reference import Repository
from platform_guard.sweep.evaluated_images import evaluated_key, image_key, pending_key
from platform_guard.sweep.evaluation import (
    Candidate,
    EvaluatedImage,
    PolicyFor,
    UnavailableImage,
    candidates,
    evaluate_candidates,
)


@dataclass(frozen=True, slots=True)
class SweptRepository:
    """The results for the images of a repository, or for its first pages."""

    keys: frozenset[bytes]
    """What to remember, except the findings to remediate."""
    missed: tuple[EvaluatedImage, ...] = ()
    """Findings that were never evaluated before, including unreadable images."""
    changed: tuple[EvaluatedImage, ...] = ()
    """Findings that were evaluated under another policy before."""
    to_remedy: tuple[Candidate, ...] = ()
    """Findings with a remedy beyond an alert, reported before or not."""
    first_seen: int = 0
    """How many images were evaluated for the first time."""
    evaluated: int = 0
    remembered: int = 0
    unavailable: tuple[UnavailableImage, ...] = ()
    next_page: str | None = None
    """The token to continue with; None if the listing is complete."""


@dataclass
class RepositorySweep:
    """Sweeps one repository, page by page."""

    repository: Repository
    policy_for: PolicyFor
    store: BulkStore
    known: frozenset[bytes]
    notified: Callable[[Candidate], Collection[str]]
    """Returns the fingerprints of the policies under which the push guard reported an image."""
    pushed_before: float
    """Seconds since 1970. Later pushes are left to their events."""
    _keys: set[bytes] = field(default_factory=set)
    _missed: list[EvaluatedImage] = field(default_factory=list)
    _changed: list[EvaluatedImage] = field(default_factory=list)
    _to_remedy: list[Candidate] = field(default_factory=list)
    _unavailable: list[UnavailableImage] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _fingerprints: list[tuple[Policy, str]] = field(default_factory=list)

    def sweep(
        self,
        pages: Iterable[tuple[Sequence[ListedImage], str | None]],
        has_time: Callable[[], bool],
    ) -> SweptRepository:
        """Sweep at least one page, and more while there is time.

        Each page comes with the token of the next one.
        """
        next_page: str | None = None
        for listed, next_page in pages:
            self._sweep_page(listed)
            if next_page is not None and not has_time():
                break
        return SweptRepository(
            keys=frozenset(self._keys),
            missed=tuple(self._missed),
            changed=tuple(self._changed),
            to_remedy=tuple(self._to_remedy),
            first_seen=self._counts["first_seen"],
            evaluated=self._counts["evaluated"],
            remembered=self._counts["remembered"],
            unavailable=tuple(self._unavailable),
            next_page=next_page,
        )

    def _sweep_page(self, listed: Sequence[ListedImage]) -> None:
        new = list(self._new_candidates(listed))
        for result in evaluate_candidates(new, self.store):
            match result:
                case UnavailableImage():
                    self._unavailable.append(result)
                case EvaluatedImage():
                    self._add(result)

    def _new_candidates(self, listed: Sequence[ListedImage]) -> Iterator[Candidate]:
        for candidate in candidates(listed, self.repository, self.policy_for):
            image, policy = image_key(candidate.digest), self._fingerprint(candidate.policy)
            if image in self.known:
                self._keys.add(image)
            if evaluated_key(candidate.digest, policy) in self.known:
                self._remember(candidate, policy)
                self._counts["remembered"] += 1
            elif pending_key(candidate.digest, policy) in self.known:
                self._to_remedy.append(candidate)
                self._counts["remembered"] += 1
            elif candidate.pushed_at < self.pushed_before:
                yield candidate

    def _add(self, evaluated: EvaluatedImage) -> None:
        candidate = evaluated.candidate
        policy = self._fingerprint(candidate.policy)
        is_new = image_key(candidate.digest) not in self.known
        self._counts["evaluated"] += 1
        self._counts["first_seen"] += is_new
        notified = self.notified(candidate) if needs_notification(evaluated) else ()
        if needs_notification(evaluated) and not notified and not is_marked(evaluated):
            (self._missed if is_new else self._changed).append(evaluated)
        if needs_remedy(evaluated) and policy not in notified:
            self._keys.add(image_key(candidate.digest))
            self._to_remedy.append(candidate)
        else:
            self._remember(candidate, policy)

    def _remember(self, candidate: Candidate, policy: str) -> None:
        self._keys |= {image_key(candidate.digest), evaluated_key(candidate.digest, policy)}

    def _fingerprint(self, policy: Policy) -> str:
        # There are few policies, and computing a fingerprint dominates the run time.
        for known, name in self._fingerprints:
            if known == policy:
                return name
        name = fingerprint(policy)
        self._fingerprints.append((policy, name))
        return name


def evaluated_candidate_key(candidate: Candidate) -> bytes:
    """Return the key of an image for which nothing is left to do under its policy."""
    return evaluated_key(candidate.digest, fingerprint(candidate.policy))


def pending_candidate_key(candidate: Candidate) -> bytes:
    """Return the key of an image whose remedy is pending."""
    return pending_key(candidate.digest, fingerprint(candidate.policy))


def needs_notification(evaluated: EvaluatedImage) -> bool:
    """Return whether a verdict must be reported."""
    return evaluated.verdict.name not in (NoFinding.COMPLIANT, NoFinding.NOT_AN_IMAGE)


def needs_remedy(evaluated: EvaluatedImage) -> bool:
    """Return whether the policy has a remedy beyond an alert and an existing mark."""
    name = evaluated.verdict.name
    if not isinstance(name, Finding):
        return False
    match evaluated.candidate.policy.remedies[name]:
        case Remedy.ALERT:
            return False
        case Remedy.TAG:
            return not is_marked(evaluated)
        case Remedy.QUARANTINE | Remedy.ARCHIVE | Remedy.DELETE:
            return True


def is_marked(evaluated: EvaluatedImage) -> bool:
    """Return whether the image has the mark of this finding."""
    name, candidate = evaluated.verdict.name, evaluated.candidate
    return isinstance(name, Finding) and any(
        mark_for(name, tag, candidate.digest) in candidate.marks for tag in candidate.tags
    )
