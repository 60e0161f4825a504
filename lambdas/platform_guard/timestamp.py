"""Times as the guard writes them."""

from datetime import UTC, datetime


def iso_time(time: datetime) -> str:
    """Write a time as ISO 8601 in UTC, to the second. Such texts sort by time."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
