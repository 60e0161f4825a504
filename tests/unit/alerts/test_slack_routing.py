"""Which channels of Slack hear of what."""

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
        pytest.param(ALERT, "", ["general", "team"], id="by the repository's name"),
        pytest.param(MILD, "", ["general"], id="too mild for a channel"),
        pytest.param(replace(MILD, status=Status.RESOLVED), "", ["general", "team"], id="resolved"),
        pytest.param(ALERT, "shop", ["shop"], id="by the repository's own tag"),
        pytest.param(ALERT, "nowhere", ["general", "team"], id="a tag that names no channel"),
        pytest.param(
            replace(ALERT, repository="", code="sweep"), "", ["general"], id="about no repository"
        ),
        pytest.param(
            replace(MILD, repository="", code="overview"),
            "",
            ["general", "shop", "team"],
            id="an overview, which is about anybody's",
        ),
        pytest.param(
            replace(MILD, status=Status.TEST), "", ["general", "shop", "team"], id="a test"
        ),
    ],
)
def test_an_alert_goes_to_whom_it_concerns(alert: Alert, tag: str, names: list[str]) -> None:
    chosen = channels_for(alert, (GENERAL, SHOP, TEAM), tag)

    assert [channel.name for channel in chosen] == names
