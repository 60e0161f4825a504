"""Grace periods as people write them: `90m`, `24h`, `7d`."""

import re

_SECONDS = {"d": 24 * 3600, "h": 3600, "m": 60}

_MOST_DAYS = 30


def parse_grace(text: str) -> int:
    """Read a grace period of up to 30 days, in seconds. Raises ValueError with what to write."""
    match = re.fullmatch(r"([0-9]{1,9})([mhd])", text)
    if match is None:
        raise ValueError(
            f"{text!r} is no length of time; write a whole number with m, h or d behind it, "
            "such as 90m, 24h or 7d, or 0m for none"
        )
    seconds = int(match[1]) * _SECONDS[match[2]]
    if seconds > _MOST_DAYS * _SECONDS["d"]:
        raise ValueError(f"{text!r} is out of range; write at most {_MOST_DAYS}d")
    return seconds


def grace_text(seconds: int) -> str:
    """Write a grace period of whole minutes in the largest unit that gives more than one of it."""
    units = (unit for unit, length in _SECONDS.items() if seconds % length == 0)
    unit = next((unit for unit in units if seconds > _SECONDS[unit]), "m")
    return f"{seconds // _SECONDS[unit]}{unit}"
