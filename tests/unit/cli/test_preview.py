"""The previews of an alert: the HTML page and the text for a terminal."""

from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings

from platform_guard.alerts.alert import Alert
from platform_guard_cli.replay.preview_html import render_page
from platform_guard_cli.replay.preview_terminal import render_terminal
from tests.support.diagnoses import CASES, alert_of
from tests.support.hostile_alerts import ALERTS as HOSTILE
from tests.support.push_cases import ALERTS

OURS = set(
    "html head meta title style body section h2 h3 div p b span a pre ul li".split()  # noqa: SIM905
)


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links.extend(value or "" for name, value in attrs if name == "href")


def check(page: Page) -> None:
    assert page.tags <= OURS
    assert page.attributes <= {"lang", "charset", "name", "content", "class", "aria-hidden", "href"}
    assert all(link.startswith("https://console.aws.amazon.com/") for link in page.links)


SAMPLES = [*ALERTS.values(), *map(alert_of, CASES)]


@pytest.mark.parametrize("alert", SAMPLES, ids=[*ALERTS, *CASES])
def test_every_channel_shows_the_alert_and_its_commands(alert: Alert) -> None:
    text = render_terminal(alert)

    for channel in ("Slack", "Amazon Q Developer", "Email", "Text message"):
        assert f"── {channel} ──" in text
    for fix in alert.fixes:
        assert all(text.count(command) >= 2 for command in fix.commands[:1])
    check(Page(render_page([alert])))


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(HOSTILE)
def test_hostile_alert_text_adds_no_tag_to_the_page(alert: Alert) -> None:
    check(Page(render_page([alert])))
