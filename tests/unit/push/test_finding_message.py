"""A ledger entry keeps enough of a finding to report it again, and fits into an item."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from platform_guard.alerts.render.sns_message import compose_message
from platform_guard.oci.image import Image
from platform_guard.policy.policy import Policy, Remedy
from platform_guard.policy.verdict import Finding
from platform_guard.push.alert import alert_about_push
from platform_guard.push.finding import FindingContext
from platform_guard.push.finding_message import finding_of_entry, new_entry
from platform_guard.registry.reference import Reference
from platform_guard.remediation.ledger import Entry, read_entry, write_entry
from platform_guard.remediation.plan import RemediationResult
from tests.support.images import Blob, image, index, listed, listed_image, read_and_evaluate
from tests.support.observations import PUSH

NOW = datetime(2026, 11, 24, 9, 0, 15, tzinfo=UTC)
ENTRY_LIMIT = 400 * 1024 - 300_000  # a DynamoDB item without its manifests
SNS_MESSAGE_LIMIT = 256 * 1024

# The longest accepted names, in characters that JSON escapes as 12 bytes.
HUGE_INDEX = index(
    *(
        listed(
            image("linux/arm64"),
            {"os": "linux", "architecture": f"{number:x}".rjust(64, "🐳"), "variant": "🐳" * 64},
        )
        for number in range(2_000)
    )
)
ORDINARY_INDEX = index(*map(listed_image, ("linux/arm64", "linux/arm/v7", "windows/arm64")))


def finding_context(root: Blob) -> FindingContext:
    contents, verdict = read_and_evaluate(root)
    push = replace(PUSH, image=Reference(PUSH.image.repository, PUSH.image.tag, root.digest))
    return FindingContext(push, root.stored, contents, verdict)


def ledger_entry(found: FindingContext) -> Entry:
    return new_entry(Finding.MISSING_PLATFORM, found, "actor", "default", NOW)


def restored_image(found: FindingContext) -> Image:
    written = json.dumps(write_entry(ledger_entry(found)))
    return finding_of_entry(read_entry(json.loads(written)), found.push).image


def test_an_entry_restores_the_platform_summary_of_an_image() -> None:
    for root in (ORDINARY_INDEX, HUGE_INDEX):
        found = finding_context(root)

        assert restored_image(found).platform_summary == found.image.platform_summary
    assert found.image.platform_summary.endswith(" and 1988 more")


def test_an_index_of_2000_platforms_fits_into_a_ledger_entry_and_an_alert() -> None:
    found = finding_context(HUGE_INDEX)

    assert len(json.dumps(write_entry(ledger_entry(found)))) < ENTRY_LIMIT
    alert = alert_about_push(found, Policy(), RemediationResult(Remedy.ALERT, "none"))
    assert len(compose_message(alert).body.encode()) < SNS_MESSAGE_LIMIT
