"""The results of a sweep and its alert."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from platform_guard.alerts.alert import Alert, Fix, Severity
from platform_guard.alerts.aws_cli import audit_repositories
from platform_guard.fingerprint import fingerprint
from platform_guard.policy.verdict import Finding, NoFinding
from platform_guard.sweep.evaluation import EvaluatedImage
from platform_guard.text import cut

_SHOWN = 20

# Platform names may be long, and one DynamoDB item contains the lines of a whole sweep.
_LINE_CHARACTERS = 500

CODE = "sweep"
"""The code of the alert."""


@dataclass(frozen=True, slots=True)
class SweepFindings:
    """The new results of a repository."""

    verdicts: Mapping[str, int] = field(default_factory=dict)
    """Number of images to report, by finding or `unreadable`."""
    evaluated: int = 0
    first_seen: int = 0
    """Number of images that were evaluated for the first time."""
    changed: int = 0
    """Number of findings that were evaluated under another policy before."""
    missed: int = 0
    """Number of findings pushed after the first sweep, whose event was missed."""
    enqueued: int = 0
    """Number of findings enqueued for remediation."""
    postponed: int = 0
    """Number of findings left to the next sweep, because this one reached its limit."""
    lines: tuple[str, ...] = ()
    """Some of the findings, one line each."""


@dataclass(frozen=True, slots=True)
class SweepReport:
    """The results of a whole sweep."""

    sweep_id: str
    started: float
    """Seconds since 1970."""
    parts: int | None
    """Number of parts; None until the sweep is divided."""
    parts_done: int = 0
    images: int = 0
    evaluated: int = 0
    first_seen: int = 0
    verdicts: Mapping[str, int] = field(default_factory=dict)
    changed: int = 0
    missed: int = 0
    enqueued: int = 0
    postponed: int = 0
    lines: tuple[str, ...] = ()
    unavailable: int = 0
    unavailable_lines: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether all parts are done."""
        return self.parts is not None and self.parts_done >= self.parts

    @property
    def new(self) -> int:
        """Number of images to report."""
        return sum(self.verdicts.values())

    @property
    def has_news(self) -> bool:
        """Whether there are findings or remedies, or the sweep did not end."""
        return bool(self.new or self.enqueued or not self.is_complete)

    @property
    def unavailable_fingerprint(self) -> str:
        """A fingerprint of the failed lookups, equal for sweeps with the same failures."""
        # If lines were dropped, it is random which of them are left.
        lines = self.unavailable_lines if len(self.unavailable_lines) == self.unavailable else ()
        return fingerprint([self.unavailable, sorted(lines)])

    @property
    def newly_found(self) -> int:
        """Number of images to report that were never evaluated before, under any policy."""
        return self.new - self.changed


def finding_line(evaluated: EvaluatedImage) -> str:
    """Return a finding as one line, at most 500 characters."""
    reference = evaluated.candidate.reference
    name = f"{reference.repository.name}:{reference.tag}"
    return cut(f"{name} {evaluated.verdict.name}: {evaluated.verdict.reason}", _LINE_CHARACTERS)


def sweep_alert(report: SweepReport, account: str, region: str) -> Alert | None:
    """Return the alert of a sweep that ended or stalled; None if there is nothing to report."""
    if not report.has_news and not report.unavailable:
        return None
    return Alert(
        severity=_severity(report),
        code=CODE,
        repository="",
        title=f"{account} {region}: {_headline(report)}",
        summary=_summary(report),
        facts=tuple(_facts(report)),
        evidence=_evidence(report),
        fixes=(
            Fix(
                "To see all that the registry holds, with the fix of each finding",
                (audit_repositories(region),),
            ),
        ),
        group=f"{account}/{region}/sweep",
        account=account,
        region=region,
    )


def _severity(report: SweepReport) -> Severity:
    info_only = {Finding.INDEX_ONLY, NoFinding.UNREADABLE}
    fails = any(count for name, count in report.verdicts.items() if name not in info_only)
    is_incomplete = not report.is_complete or not report.has_news
    return Severity.WARNING if fails or is_incomplete else Severity.INFO


def _headline(report: SweepReport) -> str:
    if not report.is_complete:
        return "a sweep of the registry did not end"
    if report.newly_found:
        return f"the sweep found {_images(report.newly_found)} without an alert"
    if report.changed:
        return f"{_images(report.changed)} with a finding by the changed policy"
    if not report.enqueued:
        return f"the sweep could not see {_repositories(report.unavailable)}, wholly or in part"
    if report.enqueued == 1:
        return "remediating 1 previously reported finding"
    return f"remediating {report.enqueued:,} previously reported findings"


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"


def _of_them(count: int) -> str:
    return f"{count:,} of the images below {'was' if count == 1 else 'were'}"


def _repositories(count: int) -> str:
    return "1 repository" if count == 1 else f"{count:,} repositories"


def _summary(report: SweepReport) -> str:
    sentences = [
        f"The sweep looked at {_images(report.images)}, {report.first_seen:,} of them for the "
        "first time. Each finding is reported once, unless the policy changes."
    ]
    if not report.is_complete:
        parts = "no part" if report.parts is None else f"{report.parts_done} of {report.parts}"
        sentences.append(f"It ended early, with {parts} done; the next one looks at the rest.")
    if report.missed:
        sentences.append(
            f"{_of_them(report.missed)} pushed while the guard was there, and no event of ECR told "
            "of that."
        )
    if report.changed:
        sentences.append(
            f"{_of_them(report.changed)} evaluated under another policy before: the settings have "
            "changed since."
        )
    if not report.has_news:
        sentences.append("It found nothing else. Failed lookups are reported once a week.")
    return " ".join(sentences)


def _facts(report: SweepReport) -> list[tuple[str, str]]:
    facts = [
        (name.replace("-", " ").capitalize(), f"{count:,}")
        for name, count in sorted(report.verdicts.items())
        if count
    ]
    if report.enqueued:
        facts.append(("Remedied", f"{report.enqueued:,}, as the policy says"))
    if report.postponed:
        facts.append(("Postponed", f"{report.postponed:,} to the next sweep"))
    if report.unavailable:
        facts.append(("Not seen", f"{_repositories(report.unavailable)}, wholly or in part"))
    return facts


def _evidence(report: SweepReport) -> tuple[str, ...]:
    lines = list(report.lines[:_SHOWN])
    if report.new > len(lines):
        lines.append(f"and {report.new - len(lines):,} more")
    return (*lines, *(f"not seen: {line}" for line in report.unavailable_lines[:_SHOWN]))
