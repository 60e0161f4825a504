"""The `[sweep]` table of the settings: when all is looked at, how much is done."""

from dataclasses import dataclass

from platform_guard.toml_table import TomlTable, a_boolean, a_whole_number

_MOST_HOURS = 7 * 24
_MOST_REMEDIES = 100_000


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """When the registry is looked through for what no event told of."""

    enabled: bool = True
    every_hours: int = 24
    """How many hours lie between two sweeps, 1 to 168."""
    max_remedies: int = 1000
    """How many findings one sweep hands over to be remedied at most."""


def read_sweep_settings(root: TomlTable) -> SweepSettings:
    """Read the table of a settings file. Raises TomlTableError."""
    default = SweepSettings()
    with root.table("sweep") as sweep:
        return SweepSettings(
            enabled=sweep.take("enabled", a_boolean, default.enabled),
            every_hours=sweep.take(
                "every_hours", a_whole_number(1, _MOST_HOURS), default.every_hours
            ),
            max_remedies=sweep.take(
                "max_remedies", a_whole_number(0, _MOST_REMEDIES), default.max_remedies
            ),
        )
