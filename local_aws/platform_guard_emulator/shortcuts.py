"""Shortcuts around slow parts of moto, which are more than half of a deployment's time."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar, cast
from unittest.mock import patch

from moto.cloudformation.models import Stack
from moto.kms.utils import generate_private_key

Make = TypeVar("Make", bound=Callable[..., object])

# moto generates an RSA key for every KMS key, 0.1 s each. Nothing here signs.
_cached_private_key = cache(generate_private_key)


@contextmanager
def moto_shortcuts() -> Iterator[None]:
    """Skip work of moto that has no effect here while the context is open."""
    with (
        patch("moto.kms.models.generate_private_key", _cached_private_key),
        # moto parses every template as YAML first. The CDK writes JSON.
        patch.object(Stack, "parse_template", staticmethod(json.loads)),
    ):
        yield


def memoized(make: Make) -> Make:
    """Cache the results of a function by its arguments, such as the clients of a session."""
    return cast("Make", cache(make))
