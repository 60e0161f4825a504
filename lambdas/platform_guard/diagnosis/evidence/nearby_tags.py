"""Which tag somebody may have meant who named one that is not there."""

import difflib
from collections.abc import Sequence

from platform_guard.diagnosis.evidence.model import NearbyTag

_SHOWN = 3


def closest_tags(wanted: str, there: Sequence[NearbyTag]) -> tuple[NearbyTag, ...]:
    """Give up to three tags: those that resemble the wanted one, then the youngest."""
    by_name = {tag.name: tag for tag in there}
    similar = difflib.get_close_matches(wanted, by_name, n=_SHOWN)
    youngest_first = sorted(there, key=lambda tag: tag.pushed_at, reverse=True)
    names = dict.fromkeys([*similar, *(tag.name for tag in youngest_first)])
    return tuple(by_name[name] for name in list(names)[:_SHOWN])
