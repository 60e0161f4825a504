"""What moto does at length, although nothing here needs it: more than half of a deployment."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar, cast
from unittest.mock import patch

from moto.cloudformation.models import Stack
from moto.kms.utils import generate_private_key

Make = TypeVar("Make", bound=Callable[..., object])

# Every KMS key comes with an RSA key to sign with, a tenth of a second each. Nothing here signs.
_one_private_key = cache(generate_private_key)


@contextmanager
def moto_shortcuts() -> Iterator[None]:
    """Spare moto what has no effect while the context is open."""
    with (
        patch("moto.kms.models.generate_private_key", _one_private_key),
        # moto reads every template as YAML first. What the CDK writes is JSON.
        patch.object(Stack, "parse_template", staticmethod(json.loads)),
    ):
        yield


def remembering(make: Make) -> Make:
    """Make what a function makes once for the same arguments, such as a client of a service."""
    return cast("Make", cache(make))
