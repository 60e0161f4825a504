"""The timestamp format that the guard stores."""

from datetime import UTC, datetime


def iso_time(time: datetime) -> str:
    """Format as ISO 8601 in UTC with seconds; the strings sort by time."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
