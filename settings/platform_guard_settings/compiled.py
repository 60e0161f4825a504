"""Compiles settings to the JSON file that the functions read."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass

from platform_guard.settings import Settings


def compile_settings(settings: Settings) -> str:
    """Return the part of the settings that the functions need as JSON.

    Equal settings give equal text, so that the asset changes only with the settings.
    """
    members = {field.name: getattr(settings, field.name) for field in fields(Settings)}
    return json.dumps(_plain(members), indent=1) + "\n"


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    match value:
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case frozenset():
            return sorted(map(str, value))
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value
