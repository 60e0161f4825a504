"""docs/security.md lists exactly the permissions that the templates grant."""

import re

import pytest

from tests.infrastructure.conftest import Synthesize
from tests.infrastructure.settings import EVERYTHING, HARDENED
from tests.infrastructure.template import Template, actions
from tests.support.paths import ROOT

PAGE = ROOT / "docs/security.md"
ROW = re.compile(r"^\| (\w+) \| `(\w+:\w+)` \| (.+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def granted(synthesize: Synthesize) -> set[tuple[str, str]]:
    """All permissions that any settings grant, as (module, action)."""
    return {
        pair
        for guard_toml in ("", HARDENED, EVERYTHING)
        for pair in permissions(synthesize(guard_toml).template)
    }


def permissions(template: Template) -> set[tuple[str, str]]:
    return {
        (function["Handler"].removesuffix(".handler"), action)
        for function in template.resources("AWS::Lambda::Function").values()
        for policy in template.at(function["Role"])["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in actions(statement)
    }


def test_every_permission_has_a_row_and_every_row_a_permission(
    granted: set[tuple[str, str]],
) -> None:
    rows = {(who, action) for who, action, _ in ROW.findall(PAGE.read_text(encoding="utf-8"))}
    of_every = {action for who, action in rows if who == "every"}

    assert {pair for pair in granted if pair[1] not in of_every} == {
        pair for pair in rows if pair[0] != "every"
    }
    assert of_every <= {action for _, action in granted}
