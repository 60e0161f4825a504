"""What is done about a verdict."""

from dataclasses import dataclass

from platform_guard.marks import mark_for
from platform_guard.policy import Policy, Remedy
from platform_guard.references import Reference
from platform_guard.verdicts import Finding, Verdict


@dataclass(frozen=True, slots=True)
class AddMark:
    """Give the image one more tag, which says what was found."""

    mark: str


@dataclass(frozen=True, slots=True)
class ChangeNothing:
    """Leave the image as it is."""

    because: str


Step = AddMark | ChangeNothing


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a step."""

    remedy: Remedy
    """What was done in the end: the planned remedy, or a milder one where that could not be."""
    sentence: str
    """For the alert."""


def plan_remedy(verdict: Verdict, image: Reference, policy: Policy) -> Step:
    """Choose what to do about a verdict on an image that has a tag and a digest."""
    if not isinstance(verdict.name, Finding):
        return ChangeNothing("what is no finding is left alone")
    match policy.remedies[verdict.name]:
        case Remedy.ALERT:
            return ChangeNothing("the policy asks for an alert alone")
        # What is stronger begins with the mark.
        case Remedy.TAG | Remedy.QUARANTINE | Remedy.ARCHIVE | Remedy.DELETE:
            return AddMark(mark_for(verdict.name, image.tag, image.digest))
