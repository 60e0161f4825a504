"""Entries of the ledger as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from platform_guard.oci.image import Kind
from platform_guard.oci.reader import StoredDocument
from platform_guard.policy.policy import Remedy
from platform_guard.policy.verdict import Finding
from platform_guard.registry.reference import Reference, Repository
from platform_guard.remediation.ledger import Entry, State

_TUPLES = ("platforms", "fails_on", "tags_before", "refused_because", "children")


def write_entry(entry: Entry) -> dict[str, Any]:
    """Write an entry as a JSON object, without the manifests."""
    fields = asdict(entry)
    del fields["documents"]
    return {**fields, **{name: list(fields[name]) for name in _TUPLES}}


def read_entry(fields: dict[str, Any]) -> Entry:
    """Read what `write_entry` wrote."""
    image = fields["image"]
    typed = {
        **fields,
        **{name: tuple(fields[name]) for name in _TUPLES},
        "image": Reference(Repository(**image["repository"]), image["tag"], image["digest"]),
        "finding": Finding(fields["finding"]),
        "kind": Kind(fields["kind"]),
        "wanted": Remedy(fields["wanted"]),
        "remedy": Remedy(fields["remedy"]),
        "state": State(fields["state"]),
    }
    return Entry(**typed)


def write_documents(documents: Sequence[StoredDocument]) -> bytes:
    """Write manifests as JSON. What a registry stores is UTF-8."""
    return json.dumps(
        [[item.digest, item.media_type, item.content.decode()] for item in documents]
    ).encode()


def read_documents(content: bytes) -> tuple[StoredDocument, ...]:
    """Read what `write_documents` wrote."""
    return tuple(
        StoredDocument(digest, text.encode(), media_type)
        for digest, media_type, text in json.loads(content)
    )
