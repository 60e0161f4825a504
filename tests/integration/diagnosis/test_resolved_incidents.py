"""Incidents that end: resolved once, and reported again if they recur."""

import pytest

from platform_guard_emulator import Deployment, LocalAws, PublishedMessage
from tests.support.ecs import MAC_BUILD, Shop, alert_json, deliver
from tests.support.stop_events import Json, service_event, stop_event

SIDECAR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/proxy:2.0"


@pytest.fixture
def definition(shop: Shop) -> str:
    shop.push(MAC_BUILD)
    return shop.define()


def about_service(guard: Deployment) -> list[PublishedMessage]:
    return [alert for alert in guard.alerts() if alert.attributes.get("service") == "api"]


def statuses(guard: Deployment) -> list[str]:
    return [alert.attributes["status"] for alert in about_service(guard)]


def test_a_steady_service_is_reported_once(
    aws: LocalAws, guard: Deployment, definition: str
) -> None:
    deliver(aws, guard, stop_event(1, definition=definition), stop_event(2, definition=definition))
    steady = service_event("steady-1")

    deliver(aws, guard, steady, steady, service_event("steady-2"))

    assert statuses(guard) == ["open", "resolved"]
    opened, resolved = map(alert_json, about_service(guard))
    assert resolved["title"] == "api: steady again (platform-mismatch)"
    assert resolved["group"] == opened["group"]
    assert resolved["repository"] == opened["repository"] == "shop/api"
    assert resolved["image"] == opened["image"]


def test_each_repository_of_the_service_gets_a_resolution(
    aws: LocalAws, guard: Deployment, definition: str
) -> None:
    about_sidecar = stop_event(2, definition=definition, image=SIDECAR)
    deliver(aws, guard, stop_event(1, definition=definition), about_sidecar)

    deliver(aws, guard, service_event("steady-1"))

    notified = [
        (each.attributes["status"], each.attributes["repository"]) for each in about_service(guard)
    ]
    assert notified == [
        ("open", "shop/api"),
        ("open", "shop/proxy"),
        ("resolved", "shop/api"),
        ("resolved", "shop/proxy"),
    ]


def test_an_incident_that_recurs_after_its_end_alerts_immediately(
    aws: LocalAws, guard: Deployment, definition: str
) -> None:
    for round_ in (1, 2, 3):
        deliver(aws, guard, stop_event(round_, definition=definition))
        deliver(aws, guard, service_event(f"steady-{round_}"))

    assert statuses(guard) == ["open", "resolved"] * 3


@pytest.mark.parametrize(
    "event",
    [
        service_event("other", service="worker"),
        service_event("impaired", name="SERVICE_TASK_START_IMPAIRED"),
    ],
    ids=["another service", "not steady"],
)
def test_another_service_event_does_not_end_an_incident(
    aws: LocalAws, guard: Deployment, definition: str, event: Json
) -> None:
    deliver(aws, guard, stop_event(1, definition=definition))
    deliver(aws, guard, event)

    assert statuses(guard) == ["open"]


def test_a_resolution_that_could_not_be_sent_is_sent_later(
    aws: LocalAws, guard: Deployment, definition: str
) -> None:
    deliver(aws, guard, stop_event(1, definition=definition))
    aws.fail("Publish", "InternalError")

    deliver(aws, guard, service_event("steady-1"))

    assert statuses(guard) == ["open", "resolved"]
