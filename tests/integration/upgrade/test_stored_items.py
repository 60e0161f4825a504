"""Every kind of item that 0.1.0 stored is read as it was meant."""

import json
import time
from hashlib import sha256
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from platform_guard.alerts.batch.outbox import AlertOutbox, Window
from platform_guard.alerts.batch.rate_limit import AlertRate
from platform_guard.aws.idempotency import Idempotency, InProgressError
from platform_guard.aws.retry import RetryPolicy
from platform_guard.diagnosis.incident import NotifiedIncident
from platform_guard.diagnosis.incident_store import Incidents, ServiceIncidents
from platform_guard.push.notified_findings import NotifiedFindings
from platform_guard.push.open_findings import OpenFindings
from platform_guard.remediation.ledger import State
from platform_guard.remediation.ledger_dynamodb import DynamoDbLedger
from platform_guard.sweep.evaluated_images import read_evaluated
from platform_guard.sweep.state import SweepState
from platform_guard_emulator import LocalAws
from tests.support.recorded_items import ROWS, Row, put, rows, stored
from tests.support.state_table import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RETRIES = RetryPolicy(sleep=lambda _: None, random=lambda: 1.0)


def test_every_stored_kind_has_a_test() -> None:
    tested = (
        "alert-rate", "given-back", "incident", "judged images", "ledger", "once", "open-finding",
        "service-incidents", "sweep", "taken-window", "told", "window",
    )  # fmt: skip
    assert {row["kind"] for row in ROWS if not row["kind"].startswith(tested)} == set()


@pytest.mark.parametrize("row", rows("ledger "))
def test_a_ledger_entry_is_read_and_saved_again(client: "DynamoDBClient", row: Row) -> None:
    put(client, row)
    ledger = DynamoDbLedger(client, TABLE)
    was = json.loads(row["item"]["entry"]["S"])

    entry = ledger.find(was["id"])

    assert entry is not None
    assert entry.state == was["state"] == row["kind"].split()[1].removesuffix(",")
    assert (entry.finding, entry.wanted, entry.remedy) == (
        was["finding"],
        was["wanted"],
        was["remedy"],
    )
    assert entry.image.tag == was["image"]["tag"]
    assert entry.blocked_by == tuple(was["refused_because"])
    assert (entry.tag_removed, entry.due, entry.mark, entry.sentence) == (
        was["tag_is_taken"],
        was["due"],
        was["mark"],
        was["sentence"],
    )
    assert bool(entry.documents) is ("documents" in row["item"])
    (listed,) = ledger.entries(entry.image.repository.name)
    assert listed.id == entry.id
    assert ledger.save(entry).version == entry.version + 1
    again = ledger.find(entry.id)
    assert again is not None
    assert again.blocked_by == entry.blocked_by


def test_every_state_of_the_ledger_is_among_the_recorded_ones() -> None:
    states = {
        json.loads(row["item"]["entry"]["S"])["state"]
        for row in ROWS
        if row["kind"].startswith("ledger ")
    }

    assert states == {str(state) for state in State}


@pytest.mark.parametrize("row", rows("given-back"))
def test_an_image_that_was_given_back_is_left_alone(client: "DynamoDBClient", row: Row) -> None:
    entries = [one for one in ROWS if one["kind"].startswith("ledger ")]
    put(client, row, *entries)
    ledger = DynamoDbLedger(client, TABLE)
    images = [entry.image for entry in ledger.entries()]

    assert row["item"]["until"]["S"] in {ledger.released_until(image) for image in images}


@pytest.mark.parametrize("row", rows("once "))
def test_a_finished_action_is_not_repeated_and_a_running_one_is_waited_for(
    client: "DynamoDBClient", row: Row
) -> None:
    later = int(time.time()) + 3600
    item = stored(row) | {"expiration": {"N": str(later)}}
    if "INPROGRESS" in row["kind"]:
        item["in_progress_expiration"] = {"N": str(later * 1000)}
    client.put_item(TableName=TABLE, Item=item)
    context = cast("LambdaContext", SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000))
    idempotency = Idempotency(client, TABLE, scope=row["scope"])
    runs: list[str] = []

    if "INPROGRESS" in row["kind"]:
        with pytest.raises(InProgressError):
            idempotency.run(row["key"], lambda: runs.append("run"), context)
    else:
        idempotency.run(row["key"], lambda: runs.append("run"), context)

    assert runs == []


@pytest.mark.parametrize("row", rows("open-finding"))
def test_an_open_finding_is_known_by_its_tag(client: "DynamoDBClient", row: Row) -> None:
    put(client, row)
    image = row["item"]["id"]["S"].removeprefix("open-finding#")

    found = OpenFindings(client, TABLE, lambda: row["at"]).of(image)

    assert found == row["item"]["finding"]["S"]


@pytest.mark.parametrize("row", rows("told"))
def test_a_finding_that_was_reported_is_not_reported_again(
    client: "DynamoDBClient", row: Row
) -> None:
    put(client, row)
    repository, _, digest = row["item"]["id"]["S"].removeprefix("told#").partition("@")

    policies = NotifiedFindings(client, TABLE, lambda: row["at"]).policies(repository, digest)

    assert policies == frozenset(row["item"].get("policies", {}).get("SS", [""]))


@pytest.mark.parametrize("row", rows("window ", "taken-window "))
def test_a_collected_alert_is_sent_after_the_upgrade(
    emulator: LocalAws, client: "DynamoDBClient", row: Row
) -> None:
    put(client, row)
    outbox = AlertOutbox(client, TABLE, emulator.client("sqs"), "", lambda: row["at"])
    item = row["item"]
    if row["kind"].startswith("taken-window "):
        window = Window("taken already", item["id"]["S"].removeprefix("taken-window#"))
    else:
        window = Window(key_of_window(item["id"]["S"]), item["generation"]["S"])

    batch = outbox.claim(window)

    assert batch is not None
    assert len(batch.alerts) == sum(name.startswith("first_") for name in item)
    assert batch.count == int(item["alerts"]["N"])
    assert batch.pushed == item.get("pushed", {}).get("S", "")


def key_of_window(item_id: str) -> str:
    """Find the key whose hash is the id of a window: the repository and status, or the overview."""
    keys = {"overview open", "overview resolved"}
    for row in ROWS:
        for name in ("first_info", "first_warning"):
            if name in row["item"]:
                alert = json.loads(row["item"][name]["S"])
                repository = f"{alert['account']} {alert['region']} {alert['repository']}"
                keys.add(f"{repository} {alert['status']}")
    (found,) = (key for key in keys if f"window#{sha256(key.encode()).hexdigest()}" == item_id)
    return found


@pytest.mark.parametrize("row", rows("alert-rate"))
def test_the_messages_of_a_minute_count_on(client: "DynamoDBClient", row: Row) -> None:
    put(client, row)
    sent = int(row["item"]["messages"]["N"])

    assert AlertRate(client, TABLE, sent + 1, lambda: row["at"]).allows()
    assert not AlertRate(client, TABLE, sent + 1, lambda: row["at"]).allows()


@pytest.mark.parametrize("row", rows("incident open"))
def test_an_open_incident_counts_another_failure(client: "DynamoDBClient", row: Row) -> None:
    put(client, row)
    incidents = Incidents(client, TABLE, lambda: row["at"])

    standing = incidents.count_if_open(row["item"]["incident"]["S"], "task/another")

    assert standing.is_open
    until = int(row["item"]["open_until"]["N"])
    over = Incidents(client, TABLE, lambda: until + 1.0)
    standing = over.count_if_open(row["item"]["incident"]["S"], "task/third")
    assert not standing.is_open
    assert standing.unnotified == int(row["item"]["untold"]["N"]) + 1
    assert standing.ended == int(row["item"].get("ended", {}).get("N", "0"))


@pytest.mark.parametrize("row", rows("incident ended"))
def test_an_ended_incident_alerts_with_the_next_failure(client: "DynamoDBClient", row: Row) -> None:
    put(client, row)
    incidents = Incidents(client, TABLE, lambda: row["at"])

    standing = incidents.count_if_open(row["item"]["incident"]["S"], "task/another")

    assert (standing.is_open, standing.unnotified, standing.ended) == (False, 0, 1)


@pytest.mark.parametrize("row", rows("incident counted"))
def test_a_failure_that_was_counted_before_the_alert_is_kept(
    client: "DynamoDBClient", row: Row
) -> None:
    put(client, row)
    cluster = "arn:aws:ecs:eu-central-1:123456789012:cluster/shop"
    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/api:1.5.0"
    incident = f"{cluster} service:api {image} platform-mismatch"

    standing = Incidents(client, TABLE, lambda: row["at"]).count_if_open(incident, "task/another")

    assert (standing.is_open, standing.unnotified) == (False, 1)


@pytest.mark.parametrize("row", rows("service-incidents"))
def test_the_incidents_of_a_service_are_known_when_it_is_steady(
    client: "DynamoDBClient", row: Row
) -> None:
    put(client, row)
    cluster_arn, _, service = (
        row["item"]["id"]["S"].removeprefix("service-incidents#").partition(" ")
    )

    known = ServiceIncidents(client, TABLE, lambda: row["at"]).incidents_of(cluster_arn, service)

    assert known == sorted(
        NotifiedIncident(*text.split("\t")) for text in row["item"]["incidents"]["SS"]
    )


@pytest.mark.parametrize("row", rows("judged images"))
def test_images_that_were_evaluated_are_not_evaluated_again(
    client: "DynamoDBClient", row: Row
) -> None:
    name = row["item"]["id"]["S"].removeprefix("judged#").rpartition("#")[0]
    together = [
        one
        for one in ROWS
        if one["kind"] == row["kind"]
        and one["item"]["id"]["S"].startswith(f"judged#{name}#")
        and one["item"]["version"] == row["item"]["version"]
    ]
    put(client, *together)

    state = read_evaluated(client, TABLE, name)

    assert state.version == int(row["item"]["version"]["N"])
    keys = {
        bytes.fromhex(image[kind])
        for one in together
        for image in one.get("means", [])
        for kind in ("seen", "settled", "waiting")
        if kind in image
    }
    assert keys
    assert keys <= state.keys


def test_a_sweep_that_was_under_way_goes_on(client: "DynamoDBClient") -> None:
    by_kind = {row["kind"]: row for row in ROWS}
    current = by_kind["sweep current under way"]
    put(client, *(row for row in ROWS if row["kind"].startswith("sweep ")))
    put(client, current)
    sweep_id = current["item"]["sweep_id"]["S"]
    state = SweepState(client, TABLE, lambda: current["at"], RETRIES)

    assert state.current_sweep_id() == sweep_id
    assert not state.begin("another sweep")
    assert state.first_sweep_started() == float(by_kind["sweep first"]["item"]["started"]["N"])
    report = state.report(sweep_id)
    counted = max(
        (row for row in ROWS if row["kind"] == "sweep counts"), key=lambda row: len(row["item"])
    )
    assert report.evaluated == int(counted["item"]["judged"]["N"]) > 0
    assert report.enqueued == int(counted["item"].get("handed_over", {"N": "0"})["N"])
    assert report.lines
    assert report.unavailable_lines


def test_a_sweep_that_was_over_lets_the_next_one_start(client: "DynamoDBClient") -> None:
    (over,) = (row for row in ROWS if row["kind"] == "sweep current over")
    put(client, over)
    state = SweepState(client, TABLE, lambda: over["at"], RETRIES)

    assert state.current_sweep_id() == ""
    assert state.begin("another sweep")
