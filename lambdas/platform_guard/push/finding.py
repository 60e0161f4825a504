"""A pushed image with its verdict, the input of remedies and alerts."""

from dataclasses import dataclass

from platform_guard.oci.image import Image
from platform_guard.oci.reader import StoredDocument
from platform_guard.policy.verdict import Verdict
from platform_guard.registry.push_event import Push


@dataclass(frozen=True, slots=True)
class FindingContext:
    """A push whose image was read and evaluated."""

    push: Push
    document: StoredDocument
    image: Image
    verdict: Verdict
