"""Snapshots show reviewers what a change deploys.

`make snapshots` rewrites them; commit the difference with the change.
"""

import pytest

from tests.infrastructure.conftest import Synthesize
from tests.infrastructure.readable import readable
from tests.infrastructure.snapshots import FOLDER, SETTINGS


@pytest.mark.parametrize("name", SETTINGS)
def test_the_template_is_the_one_that_was_reviewed(name: str, synthesize: Synthesize) -> None:
    template = synthesize(SETTINGS[name]).template

    expected = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert readable(template.content) == expected, (
        "The template changed. If that is intended, run make snapshots."
    )
