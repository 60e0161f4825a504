"""The `[sweep]` table of guard.toml: schedule and remediation limit."""

from dataclasses import dataclass

from platform_guard.toml_table import TomlTable, integer_between, read_boolean

_MAX_HOURS = 7 * 24
_MAX_REMEDIES = 100_000


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """When the sweep scans the registry for pushes without an event, and its limits."""

    enabled: bool = True
    every_hours: int = 24
    """Hours between two sweeps, 1 to 168."""
    max_remedies: int = 1000
    """Maximum number of findings that one sweep enqueues for remediation."""


def read_sweep_settings(root: TomlTable) -> SweepSettings:
    """Read the `[sweep]` table. Raise TomlTableError if it is invalid."""
    default = SweepSettings()
    with root.table("sweep") as sweep:
        return SweepSettings(
            enabled=sweep.take("enabled", read_boolean, default.enabled),
            every_hours=sweep.take(
                "every_hours", integer_between(1, _MAX_HOURS), default.every_hours
            ),
            max_remedies=sweep.take(
                "max_remedies", integer_between(0, _MAX_REMEDIES), default.max_remedies
            ),
        )
