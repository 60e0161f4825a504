"""Parsing and formatting of grace periods such as `90m`, `24h` and `7d`."""

import re

_SECONDS = {"d": 24 * 3600, "h": 3600, "m": 60}

_MAX_DAYS = 30


def parse_grace(text: str) -> int:
    """Parse a grace period of up to 30 days into seconds. Raise ValueError if it is invalid."""
    match = re.fullmatch(r"([0-9]{1,9})([mhd])", text)
    if match is None:
        raise ValueError(
            f"invalid duration {text!r}; use minutes, hours or days, such as 90m, 24h or 7d"
        )
    seconds = int(match[1]) * _SECONDS[match[2]]
    if seconds > _MAX_DAYS * _SECONDS["d"]:
        raise ValueError(f"duration {text!r} is too long; use at most {_MAX_DAYS}d")
    return seconds


def format_grace(seconds: int) -> str:
    """Format whole minutes in the largest unit that yields a whole number above 1.

    For example, 86400 is `24h` and 604800 is `7d`.
    """
    units = (unit for unit, length in _SECONDS.items() if seconds % length == 0)
    unit = next((unit for unit in units if seconds > _SECONDS[unit]), "m")
    return f"{seconds // _SECONDS[unit]}{unit}"
