"""EventBridge events in files, one event per file."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from platform_guard_cli.errors import UsageError
from platform_guard_emulator.regions import is_region

_SHOWN = 80


def read_event(path: Path) -> dict[str, object]:
    """Read an event and check its envelope. Raises UsageError if a field is missing or invalid."""
    try:
        event = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON. Write one event per file, as in events/.") from error
    missing = [name for name in _ENVELOPE if not isinstance(event, dict) or name not in event]
    if missing:
        raise UsageError(f"{path} is not an EventBridge event: missing {', '.join(missing)}")
    for name, is_right in _ENVELOPE.items():
        if not is_right(event[name]):
            shown = json.dumps(event[name])[:_SHOWN]
            raise UsageError(f"{path} is not an EventBridge event: invalid {name} {shown}")
    return dict(event)


def _is_anything(_: object) -> bool:
    return True


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_account(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9]{12}", value) is not None


def _is_time(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


_ENVELOPE: Mapping[str, Callable[[object], bool]] = {
    "account": _is_account,
    "detail": _is_anything,  # checked by the function that handles the event
    "detail-type": _is_text,
    "id": _is_text,
    "region": is_region,
    "source": _is_text,
    "time": _is_time,
}
