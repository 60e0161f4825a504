"""Patterns of names: `*` stands for any characters, including none and `/`, `?` for one.

As in IAM policies, and unlike in a shell, nothing else is a wildcard.
"""

import re
from fnmatch import fnmatchcase


def matches(pattern: str, name: str) -> bool:
    """Return whether a name matches a pattern, which must not contain brackets."""
    return fnmatchcase(name, pattern)


def covers(wide: str, narrow: str) -> bool:
    """Return whether `wide` is known to match every name that `narrow` matches.

    Recognizes equal patterns, names without wildcards, and a prefix followed by `*`. False for any
    other pair, even if it happens to cover.
    """
    wide, narrow = (re.sub(r"\*+", "*", pattern) for pattern in (wide, narrow))
    if wide == narrow:
        return True
    if not _has_wildcard(narrow):
        return matches(wide, narrow)
    prefix = wide.removesuffix("*")
    return wide.endswith("*") and not _has_wildcard(prefix) and narrow.startswith(prefix)


def _has_wildcard(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern
