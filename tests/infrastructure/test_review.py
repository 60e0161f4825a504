"""A security review by machine: rule packs of cdk-nag, each finding acknowledged with a reason."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stacks.cdk_process import prepare_cdk_process
from tests.infrastructure.settings import HARDENED

if TYPE_CHECKING:
    from aws_cdk import Stack


class Review:
    """Rule packs, run over the stacks for the text of a guard.toml."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs = 0

    def found(self, guard_toml: str) -> frozenset[str]:
        """Give what they find, by the names of cdk-nag."""
        return self._run(guard_toml, lambda _: None)

    def unacknowledged(self, guard_toml: str) -> frozenset[str]:
        """Give what is left of it after the acknowledgments."""
        from stacks.acknowledgments import acknowledge_findings

        return self._run(guard_toml, acknowledge_findings)

    def _run(self, guard_toml: str, prepare: "Callable[[Stack], None]") -> frozenset[str]:
        import aws_cdk as cdk
        import cdk_nag

        from stacks.synthesis import build_app

        self._runs += 1
        output = self._folder / f"cdk.out.{self._runs}"
        guard_file = self._folder / "guard.toml"
        guard_file.write_text(guard_toml, encoding="utf-8")
        app = build_app(guard_file, output)
        cdk.Validations.of(app).add_plugins(
            cdk_nag.AwsSolutionsChecks(app), cdk_nag.NIST80053R5Checks(app)
        )
        for child in app.node.children:
            if isinstance(child, cdk.Stack):
                prepare(child)
        try:
            app.synth()
        except RuntimeError as error:
            assert "ValidationFailed" in str(error)  # noqa: PT017 - else it is a bug of ours
        return violations(output / "validation-report.json")


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    prepare_cdk_process()
    return Review(tmp_path_factory.mktemp("review"))


def violations(report: Path) -> frozenset[str]:
    return frozenset(
        f"{plugin['pluginName']}::{violation['ruleName']}"
        for plugin in json.loads(report.read_text(encoding="utf-8"))["pluginReports"]
        for violation in plugin["violations"]
    )


def test_every_finding_has_a_reason_and_every_reason_a_finding(review: Review) -> None:
    import aws_cdk as cdk

    from stacks.acknowledgments import findings_by_id

    found = review.found("") | review.found(HARDENED)

    assert found == {finding for finding, _ in findings_by_id(cdk.Stack())}


@pytest.mark.parametrize(
    "guard_toml",
    [
        pytest.param("", id="default"),
        pytest.param(HARDENED, id="hardened"),
        pytest.param('[deploy]\nregions = ["eu-west-1", "us-east-1"]\n', id="regions"),
    ],
)
def test_with_the_reasons_nothing_is_left_to_say(review: Review, guard_toml: str) -> None:
    assert review.unacknowledged(guard_toml) == frozenset()


def test_a_hardened_guard_needs_fewer_reasons(review: Review) -> None:
    found = review.found(HARDENED)

    assert "NIST.800.53.R5::NIST.800.53.R5-LambdaConcurrency" not in found
    assert "NIST.800.53.R5::NIST.800.53.R5-CloudWatchLogGroupEncrypted" not in found
