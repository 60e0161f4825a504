"""Handing a finding over to the push guard: as a push that it is to look at, and tells nobody of.

The guard reads and judges the image again, and does what the policy says. So whoever may put
messages into its queue can have nothing remedied that is well.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from platform_guard.event import ORIGIN
from platform_guard.sweep.evaluation import Candidate

_REMEDIES_A_SECOND = 5
_MOST_DELAY_SECONDS = 900  # SQS API, SendMessage, DelaySeconds

SWEEP = "sweep"
AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class FoundImage:
    """An image with a finding, as far as the guard needs to know it."""

    account: str
    region: str
    repository: str
    tag: str
    digest: str
    pushed_at: float
    """In seconds since 1970."""


def found_images(candidate: Candidate) -> Iterator[FoundImage]:
    """Give an image once for each of its tags."""
    repository = candidate.repository
    for tag in candidate.tags:
        yield FoundImage(
            repository.account,
            repository.region,
            repository.name,
            tag,
            candidate.digest,
            candidate.pushed_at,
        )


def push_event(image: FoundImage, origin: str, policy_fingerprint: str) -> dict[str, object]:
    """Write a finding as the event of a push.

    The same finding under the same policy has the same id, so it is remedied once.
    """
    names = (image.repository, image.tag, image.digest, policy_fingerprint)
    pushed = datetime.fromtimestamp(image.pushed_at, UTC)
    return {
        "version": "0",
        "id": f"{origin}-{hashlib.sha256(' '.join(names).encode()).hexdigest()[:32]}",
        "detail-type": "ECR Image Action",
        "source": "aws.ecr",
        "account": image.account,
        "time": pushed.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": image.region,
        "resources": [],
        "detail": {
            "result": "SUCCESS",
            "repository-name": image.repository,
            "image-digest": image.digest,
            "action-type": "PUSH",
            "image-tag": image.tag,
            ORIGIN: origin,
        },
    }


def delay_of(number: int) -> int:
    """Give after how many seconds the guard is to look at the one with a number, from 0.

    ECR takes ten marks a second, and pushes come first:
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
    """
    return min(_MOST_DELAY_SECONDS, number // _REMEDIES_A_SECOND)
