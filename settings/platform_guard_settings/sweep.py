"""The `[sweep]` table of guard.toml."""

from platform_guard.sweep.settings import SweepSettings
from platform_guard.values import integer_between, read_boolean
from platform_guard_settings.toml_table import TomlTable

_MAX_HOURS = 7 * 24


_MAX_REMEDIES = 100_000


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
