"""The schedule of the sweep and its limit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """When the sweep scans the registry for pushes without an event, and its limits."""

    enabled: bool = True
    every_hours: int = 24
    """Hours between two sweeps, 1 to 168."""
    max_remedies: int = 1000
    """Maximum number of findings that one sweep enqueues for remediation."""
