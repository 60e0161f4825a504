"""Selection of the Slack channels for an alert."""

from dataclasses import replace

import pytest

from platform_guard.alerts.alert import Alert, Severity, Status
from platform_guard.alerts.settings import SlackChannel
from platform_guard.alerts.slack.routing import channels_for
from tests.support.push_cases import ALERTS

GENERAL = SlackChannel("general", "secret")
SHOP = SlackChannel("shop", "secret", repositories=("shop/*",))
TEAM = SlackChannel("team", "secret", severity=Severity.WARNING, repositories=("team/*",))

ALERT = ALERTS["missing-platform-index"]
MILD = replace(ALERT, severity=Severity.INFO)


@pytest.mark.parametrize(
    ("alert", "tag", "names"),
    [
        pytest.param(ALERT, "", ["general", "team"], id="repository pattern"),
        pytest.param(MILD, "", ["general"], id="below the minimum severity"),
        pytest.param(replace(MILD, status=Status.RESOLVED), "", ["general", "team"], id="resolved"),
        pytest.param(ALERT, "shop", ["shop"], id="resource tag"),
        pytest.param(ALERT, "nowhere", ["general", "team"], id="resource tag without a channel"),
        pytest.param(
            replace(ALERT, repository="", code="sweep"), "", ["general"], id="no repository"
        ),
        pytest.param(
            replace(MILD, repository="", code="overview"),
            "",
            ["general", "shop", "team"],
            id="overview",
        ),
        pytest.param(replace(MILD, status=Status.TEST), "", ["general", "shop", "team"], id="test"),
    ],
)
def test_an_alert_goes_to_the_matching_channels(alert: Alert, tag: str, names: list[str]) -> None:
    chosen = channels_for(alert, (GENERAL, SHOP, TEAM), tag)

    assert [channel.name for channel in chosen] == names
