"""One image in the journal of an audit, from which every output is made."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from platform_guard.policy.policy import Policy, Remedy
from platform_guard.policy.verdict import Finding, NoFinding, Verdict
from platform_guard.push.alert import fixes_for
from platform_guard.sweep.evaluation import EvaluatedImage


@dataclass(frozen=True, slots=True)
class ImageRow:
    """An image with the tags under the same policy, and its verdict."""

    repository: str
    """What `docker` calls the repository."""
    digest: str
    tags: tuple[str, ...]
    pushed_at: int
    """In seconds since 1970."""
    kind: str
    platforms: tuple[str, ...]
    verdict: str
    reason: str
    evidence: tuple[Mapping[str, str], ...] = ()
    """Empty for a compliant image."""
    remedy: str = ""
    """The remedy of the policy; empty without a finding."""
    fix: str = ""
    fix_commands: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """The image by its first tag."""
        return f"{self.repository}:{self.tags[0]}"


@dataclass(frozen=True, slots=True)
class Tally:
    """The verdict counts of a repository."""

    repository: str
    verdicts: Mapping[str, int]
    unavailable: int = 0
    """How many images could not be read."""
    trouble: str = ""
    """Why some of it could not be read; empty if all was read."""

    @property
    def images(self) -> int:
        """How many images were evaluated."""
        return sum(self.verdicts.values())

    @property
    def findings(self) -> int:
        """How many of them have a finding."""
        return sum(self.verdicts.get(finding, 0) for finding in Finding)

    @property
    def badness(self) -> tuple[int, int, int]:
        """The sort key by severity: findings that fail, that may fail, and unreadable images."""
        mild = self.verdicts.get(Finding.INDEX_ONLY, 0)
        return (self.findings - mild, mild, self.verdicts.get(NoFinding.UNREADABLE, 0))


def row_of(evaluated: EvaluatedImage) -> ImageRow:
    """Return the row of an evaluated image."""
    candidate, verdict = evaluated.candidate, evaluated.verdict
    is_settled = verdict.name in (NoFinding.COMPLIANT, NoFinding.NOT_AN_IMAGE)
    fix = None
    if isinstance(verdict.name, Finding):
        fix = fixes_for(candidate.reference, verdict, candidate.policy)[0]
    return ImageRow(
        repository=candidate.repository.uri,
        digest=candidate.digest,
        tags=candidate.tags,
        pushed_at=int(candidate.pushed_at),
        kind=evaluated.image.kind,
        platforms=evaluated.image.platforms,
        verdict=verdict.name,
        reason=verdict.reason,
        evidence=() if is_settled else tuple(map(asdict, verdict.evidence)),
        remedy=_remedy(verdict, candidate.policy),
        fix=fix.title if fix else "",
        fix_commands=fix.commands if fix else (),
    )


def packed(values: Sequence[object]) -> str:
    """Return a list as text for the journal."""
    return json.dumps(values, separators=(",", ":"))


def _remedy(verdict: Verdict, policy: Policy) -> Remedy | str:
    return policy.remedies[verdict.name] if isinstance(verdict.name, Finding) else ""
