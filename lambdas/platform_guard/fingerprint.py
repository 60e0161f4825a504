"""A hash of a value that is the same in every process and on every machine."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass


def fingerprint(value: object) -> str:
    """Return the SHA-256 of a value as 64 hexadecimal digits.

    Supports dataclasses, mappings, sets, sequences and JSON types. Raise TypeError for others.
    """
    text = json.dumps(_canonical(value), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        members = {field.name: _canonical(getattr(value, field.name)) for field in fields(value)}
        return [type(value).__name__, members]
    match value:
        case Mapping():
            return {str(key): _canonical(item) for key, item in value.items()}
        case set() | frozenset():
            return sorted((_canonical(item) for item in value), key=json.dumps)
        case list() | tuple():
            return [_canonical(item) for item in value]
        case _:
            return value
