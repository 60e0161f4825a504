"""Sweeping a repository: what no event told of is judged, and what has a finding is picked out.

The sweep remembers what it has judged. What is remembered costs no call, and is not told again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from platform_guard.auditing import (
    Candidate,
    JudgedImage,
    ListedImage,
    PolicyFor,
    UnseenImage,
    candidates,
    judge_candidates,
)
from platform_guard.bulk_reading import BulkStore
from platform_guard.fingerprints import fingerprint
from platform_guard.judged_keys import key_of
from platform_guard.marks import mark_for
from platform_guard.policy import Policy, Remedy
from platform_guard.references import Repository
from platform_guard.verdicts import Finding, NoFinding


@dataclass(frozen=True, slots=True)
class SweptRepository:
    """What a sweep made of the images of a repository, or of the first part of them."""

    keys: frozenset[bytes]
    """What is judged now: what was remembered and is still there, and what was judged."""
    findings: tuple[JudgedImage, ...] = ()
    """What nobody was told of yet, unreadable images among them."""
    judged: int = 0
    remembered: int = 0
    unseen: tuple[UnseenImage, ...] = ()
    next_page: str | None = None
    """Where to go on; None where all was seen."""


@dataclass
class RepositorySweep:
    """Sweeps one repository, page by page."""

    repository: Repository
    policy_for: PolicyFor
    store: BulkStore
    known: frozenset[bytes]
    is_told: Callable[[Candidate], bool]
    """Whether the guard itself has told of an image when it was pushed."""
    pushed_before: float
    """Later pushes are left to their events, in seconds since 1970."""
    _keys: set[bytes] = field(default_factory=set)
    _findings: list[JudgedImage] = field(default_factory=list)
    _unseen: list[UnseenImage] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _fingerprints: list[tuple[Policy, str]] = field(default_factory=list)

    def sweep(
        self,
        pages: Iterable[tuple[Sequence[ListedImage], str | None]],
        has_time: Callable[[], bool],
    ) -> SweptRepository:
        """Sweep pages as long as there is time, one at least; each comes with the next's token."""
        next_page: str | None = None
        for listed, next_page in pages:
            self._sweep_page(listed)
            if next_page is not None and not has_time():
                break
        return SweptRepository(
            keys=frozenset(self._keys),
            findings=tuple(self._findings),
            judged=self._counts["judged"],
            remembered=self._counts["remembered"],
            unseen=tuple(self._unseen),
            next_page=next_page,
        )

    def _sweep_page(self, listed: Sequence[ListedImage]) -> None:
        fresh = list(self._fresh(listed))
        for result in judge_candidates(fresh, self.store):
            match result:
                case UnseenImage():
                    self._unseen.append(result)
                case JudgedImage(candidate):
                    self._counts["judged"] += 1
                    self._keys.add(self._key(candidate))
                    if needs_telling(result) and not self._is_told(candidate, result):
                        self._findings.append(result)

    def _fresh(self, listed: Sequence[ListedImage]) -> Iterator[Candidate]:
        for candidate in candidates(listed, self.repository, self.policy_for):
            key = self._key(candidate)
            if key in self.known:
                self._keys.add(key)
                self._counts["remembered"] += 1
            elif candidate.pushed_at < self.pushed_before:
                yield candidate

    def _is_told(self, candidate: Candidate, judged: JudgedImage) -> bool:
        return is_marked(judged) or self.is_told(candidate)

    def _key(self, candidate: Candidate) -> bytes:
        # Policies are few, and a fingerprint takes longer than all else here.
        for policy, known in self._fingerprints:
            if policy == candidate.policy:
                return key_of(candidate.digest, known)
        name = fingerprint(candidate.policy)
        self._fingerprints.append((candidate.policy, name))
        return key_of(candidate.digest, name)


def key_under_policy(candidate: Candidate) -> bytes:
    """Name an image under the policy for it, as it is remembered."""
    return key_of(candidate.digest, fingerprint(candidate.policy))


def needs_telling(judged: JudgedImage) -> bool:
    """Tell whether somebody should hear of a verdict."""
    return judged.verdict.name not in (NoFinding.COMPLIANT, NoFinding.NOT_AN_IMAGE)


def needs_remedy(judged: JudgedImage) -> bool:
    """Tell whether the policy asks for more than to hear of it."""
    name = judged.verdict.name
    return isinstance(name, Finding) and judged.candidate.policy.remedies[name] is not Remedy.ALERT


def is_marked(judged: JudgedImage) -> bool:
    """Tell whether the image carries the mark of this very finding."""
    name, candidate = judged.verdict.name, judged.candidate
    return isinstance(name, Finding) and any(
        mark_for(name, tag, candidate.digest) in candidate.marks for tag in candidate.tags
    )
