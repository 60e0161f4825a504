import pytest

from platform_guard.alerts.alert import Alert, Severity
from platform_guard.diagnosis.incident import with_further_failures

ALERT = Alert(Severity.WARNING, "image-not-found", "shop/api", "A title", "It is gone.")


def test_the_first_alert_of_an_incident_has_no_further_failures() -> None:
    assert with_further_failures(ALERT, 0) == ALERT


@pytest.mark.parametrize(
    ("count", "summary"),
    [
        (1, "It is gone. 1 more task failed since the last alert."),
        (100_000, "It is gone. 100000 more tasks failed since the last alert."),
    ],
)
def test_a_later_alert_states_the_number_of_further_failures(count: int, summary: str) -> None:
    alert = with_further_failures(ALERT, count)

    assert alert.summary == summary
    assert alert.facts == (("Further failures", str(count)),)
