"""What an audit keeps of an image: a row of the journal, from which every output is made."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from platform_guard.policy.policy import Policy, Remedy
from platform_guard.policy.verdict import Finding, NoFinding, Verdict
from platform_guard.push.alert import fixes_for
from platform_guard.sweep.evaluation import EvaluatedImage


@dataclass(frozen=True, slots=True)
class ImageRow:
    """An image under those of its tags for which the same policy holds, and its verdict."""

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
    """Empty where there is nothing to prove."""
    remedy: str = ""
    """What the policy does about the finding; empty where there is none."""
    fix: str = ""
    fix_commands: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """The image by its first tag."""
        return f"{self.repository}:{self.tags[0]}"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many images of a repository have which verdict."""

    repository: str
    verdicts: Mapping[str, int]
    unavailable: int = 0
    """How many images could not be looked at."""
    trouble: str = ""
    """Why it could not be seen, all of it or a part; empty where all was seen."""

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
        """The order of repositories by how bad they are: what fails, what may fail, what is odd."""
        mild = self.verdicts.get(Finding.INDEX_ONLY, 0)
        return (self.findings - mild, mild, self.verdicts.get(NoFinding.UNREADABLE, 0))


def row_of(evaluated: EvaluatedImage) -> ImageRow:
    """Keep what outputs need of an image."""
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
    """Write a list as a text for the journal."""
    return json.dumps(values, separators=(",", ":"))


def _remedy(verdict: Verdict, policy: Policy) -> Remedy | str:
    return policy.remedies[verdict.name] if isinstance(verdict.name, Finding) else ""
