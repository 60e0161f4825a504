"""The rows of an audit: images, and verdict counts per repository."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from platform_guard.policy.policy import Policy, Remedy
from platform_guard.policy.verdict import Finding, NoFinding, Verdict
from platform_guard.push.alert import fixes_for
from platform_guard.sweep.evaluation import EvaluatedImage


@dataclass(frozen=True, slots=True)
class ImageRow:
    """An image, its tags with the same policy, and its verdict."""

    repository: str
    """The repository URI, such as `123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/api`."""
    digest: str
    tags: tuple[str, ...]
    pushed_at: int
    """Seconds since 1970."""
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
        """Repository URI and first tag."""
        return f"{self.repository}:{self.tags[0]}"


@dataclass(frozen=True, slots=True)
class Tally:
    """The verdict counts of a repository."""

    repository: str
    verdicts: Mapping[str, int]
    unavailable: int = 0
    """The number of images that could not be read."""
    problem: str = ""
    """Why the repository could not be read completely; empty if it was."""

    @property
    def images(self) -> int:
        """The number of evaluated images."""
        return sum(self.verdicts.values())

    @property
    def findings(self) -> int:
        """The number of images with a finding."""
        return sum(self.verdicts.get(finding, 0) for finding in Finding)

    @property
    def severity(self) -> tuple[int, int, int]:
        """The sort key: images that cannot run, index-only images, unreadable images."""
        index_only = self.verdicts.get(Finding.INDEX_ONLY, 0)
        return (self.findings - index_only, index_only, self.verdicts.get(NoFinding.UNREADABLE, 0))


def row_of(evaluated: EvaluatedImage) -> ImageRow:
    """Return the row of an evaluated image."""
    candidate, verdict = evaluated.candidate, evaluated.verdict
    has_evidence = verdict.name not in (NoFinding.COMPLIANT, NoFinding.NOT_AN_IMAGE)
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
        evidence=tuple(map(asdict, verdict.evidence)) if has_evidence else (),
        remedy=_remedy(verdict, candidate.policy),
        fix=fix.title if fix else "",
        fix_commands=fix.commands if fix else (),
    )


def compact_json(values: Sequence[object]) -> str:
    """Encode a list for the journal."""
    return json.dumps(values, separators=(",", ":"))


def _remedy(verdict: Verdict, policy: Policy) -> Remedy | str:
    return policy.remedies[verdict.name] if isinstance(verdict.name, Finding) else ""
