"""Entries of the ledger, for people and for machines."""

import json

from platform_guard.ledger import Entry, State
from platform_guard.texts import printable


def as_json(entry: Entry) -> str:
    """Render an entry as a JSON object on one line."""
    return json.dumps(
        {
            "id": entry.id,
            "at": entry.at,
            "actor": entry.actor,
            "repository": entry.image.repository.name,
            "tag": entry.image.tag,
            "digest": entry.image.digest,
            "finding": entry.finding,
            "reason": entry.reason,
            "rule": entry.rule,
            "wanted": entry.wanted,
            "remedy": entry.remedy,
            "refused_because": list(entry.refused_because),
            "state": entry.state,
            "sentence": entry.sentence,
            "due": entry.due or None,
            "undone_by": entry.undone_by or None,
            "undone_at": entry.undone_at or None,
        }
    )


def for_people(entry: Entry) -> str:
    """Render an entry as a paragraph."""
    lines = [
        f"{entry.at}  {entry.id}  {entry.image.short_name}",
        f"  {entry.image.digest}",
        f"  {entry.finding}: {entry.reason}",
        f"  {entry.sentence or 'under way'}",
        f"  by {entry.actor}, as {entry.rule} wants: {entry.wanted}",
    ]
    if entry.state is State.UNDONE:
        lines.append(f"  undone on {entry.undone_at} by {entry.undone_by}")
    return "\n".join(map(printable, lines))
