"""Stopped tasks with evidence, one per diagnosis, and their alerts."""

from platform_guard.alerts.alert import Alert
from platform_guard.diagnosis.diagnosis import alert_about_stop, diagnose
from platform_guard.diagnosis.failure import exec_format_candidates
from tests.support.image_diagnoses import IMAGE_CASES
from tests.support.registry_diagnoses import REGISTRY_CASES
from tests.support.stops import failure_of

CASES = IMAGE_CASES | REGISTRY_CASES


def alert_of(name: str) -> Alert:
    """Return the alert for a case."""
    stop, evidence = CASES[name]
    candidates = exec_format_candidates(stop)
    failure = candidates[0] if candidates else failure_of(stop)
    return alert_about_stop(stop, failure, diagnose(stop, failure, evidence))
