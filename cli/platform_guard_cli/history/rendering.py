"""Renders ledger entries as text and JSON."""

import json
from datetime import datetime

from platform_guard.remediation.ledger import Entry, State, has_lapsed
from platform_guard.text import printable

_LAPSED = (
    "lapsed: the grace period ended and nothing was done. Either guard.toml no longer has a "
    "destructive remedy, or the message is in the dead-letter queue."
)


def as_json(entry: Entry, now: datetime) -> str:
    """Render an entry as a JSON object on one line.

    `state` is `lapsed` if the grace period ended and the remedy was never executed.
    """
    return json.dumps(
        {
            "id": entry.id,
            "at": entry.at,
            "actor": entry.actor,
            "region": entry.image.repository.region,
            "repository": entry.image.repository.name,
            "tag": entry.image.tag,
            "digest": entry.image.digest,
            "finding": entry.finding,
            "reason": entry.reason,
            "rule": entry.rule,
            "wanted": entry.wanted,
            "remedy": entry.remedy,
            "refused_because": list(entry.blocked_by),
            "state": "lapsed" if has_lapsed(entry, now) else entry.state,
            "sentence": entry.sentence,
            "due": entry.due or None,
            "undone_by": entry.undone_by or None,
            "undone_at": entry.undone_at or None,
        }
    )


def as_text(entry: Entry, now: datetime) -> str:
    """Render an entry as a paragraph."""
    lines = [
        f"{entry.at}  {entry.id}  {entry.image.short_name} in {entry.image.repository.region}",
        f"  {entry.image.digest}",
        f"  {entry.finding}: {entry.reason}",
        f"  {entry.sentence or 'in progress'}",
        f"  by {entry.actor}, {entry.rule}: {entry.wanted}",
    ]
    if has_lapsed(entry, now):
        lines.append(f"  {_LAPSED}")
    if entry.state is State.UNDONE:
        lines.append(f"  undone on {entry.undone_at} by {entry.undone_by}")
    return "\n".join(map(printable, lines))
