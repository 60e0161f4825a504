"""Carrying out what was planned for an image, and telling about it. Safe to repeat."""

from typing import assert_never

from platform_guard.alerts import AlertSink
from platform_guard.aws.ecr import EcrRepository, MarkRefusedError
from platform_guard.found import Found
from platform_guard.policy import Policy, Remedy
from platform_guard.push_alerts import alert_about_push
from platform_guard.reading import StoredDocument
from platform_guard.remedies import AddMark, ChangeNothing, Done, Step, plan_remedy


def remedy_and_report(
    found: Found, policy: Policy, repository: EcrRepository, alerts: AlertSink
) -> Done:
    """Do what the policy wants done about a finding, then say so."""
    step = plan_remedy(found.verdict, found.push.image, policy)
    done = _apply(step, repository, found.document)
    alerts.publish(alert_about_push(found, policy, done))
    return done


def _apply(step: Step, repository: EcrRepository, document: StoredDocument) -> Done:
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
