"""Carrying out what was planned for an image. Each step is safe to repeat."""

from typing import assert_never

from platform_guard.aws.ecr import EcrRepository, MarkRefusedError
from platform_guard.policy import Remedy
from platform_guard.reading import StoredDocument
from platform_guard.remedies import AddMark, ChangeNothing, Done, Step


def apply_step(step: Step, repository: EcrRepository, document: StoredDocument) -> Done:
    """Carry out a step. What ECR refuses for good is told, not raised: the alert must go out."""
    match step:
        case ChangeNothing(because):
            return Done(Remedy.ALERT, f"none: {because}")
        case AddMark(mark):
            try:
                repository.add_tag(document, mark)
            except MarkRefusedError as refusal:
                return Done(Remedy.ALERT, f"none: ECR refused the mark {mark} ({refusal})")
            return Done(Remedy.TAG, f"marked with the tag {mark}; its own tag stays")
        case _:
            assert_never(step)
