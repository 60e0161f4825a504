"""Automated review: CloudFormation rules of the CDK, and the security rule packs of cdk-nag.

Each finding must be acknowledged with a reason.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from platform_guard_cdk.cdk_process import prepare_cdk_process
from tests.infrastructure.settings import EVERYTHING, HARDENED

RULES = """
[guard]
repository_overrides = ["remedy"]

[[repository]]
repository = "payments/*"
grace = "1h"

[repository.remedies]
index-only = "quarantine"

[[repository]]
repository = "archived"

[repository.remedies]
dangling = "archive"
"""
"""Rules for some repositories: one by pattern, one by full name."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Findings in the stacks for some settings, as cdk-nag ids."""

    found: frozenset[str]
    acknowledged: frozenset[str]
    """Findings with a reason, reported or not."""


class Review:
    """Runs the rule packs on the stacks for a guard.toml text."""

    def __init__(self, folder: Path) -> None:
        import aws_cdk as cdk

        self._folder = folder
        self._runs = 0
        # Shared by all runs: each plugin starts an engine, which takes seconds and keeps memory.
        self._rules_for_templates = cdk.CloudFormationValidatePlugin()

    def before(self, guard_toml: str) -> Reviewed:
        """Review without acknowledgments."""
        return self._run(guard_toml, acknowledge=False)

    def after(self, guard_toml: str) -> Reviewed:
        """Review with the acknowledgments."""
        return self._run(guard_toml, acknowledge=True)

    def _run(self, guard_toml: str, *, acknowledge: bool) -> Reviewed:
        import aws_cdk as cdk
        import cdk_nag

        from platform_guard_cdk.guard_stack import GuardStack
        from platform_guard_cdk.nag import acknowledge_findings, findings_by_id
        from platform_guard_cdk.synthesis import build_app

        self._runs += 1
        output = self._folder / f"cdk.out.{self._runs}"
        guard_file = self._folder / "guard.toml"
        guard_file.write_text(guard_toml, encoding="utf-8")
        app = build_app(guard_file, output)
        cdk.Validations.of(app).add_plugins(
            self._rules_for_templates,
            cdk_nag.AwsSolutionsChecks(app),
            cdk_nag.NIST80053R5Checks(app),
        )
        guards = [stack.guard for stack in app.node.children if isinstance(stack, GuardStack)]
        if acknowledge:
            for guard in guards:
                acknowledge_findings(guard)
        try:
            app.synth()
        except RuntimeError as error:
            assert "ValidationFailed" in str(error)  # noqa: PT017 - any other error is a bug
        return Reviewed(
            found=violations(output / "validation-report.json"),
            acknowledged=frozenset(
                finding for guard in guards for finding, _ in findings_by_id(guard)
            ),
        )


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
    reviews = [review.before(guard_toml) for guard_toml in ("", EVERYTHING, RULES)]

    assert frozenset().union(*(each.found for each in reviews)) == frozenset().union(
        *(each.acknowledged for each in reviews)
    )


@pytest.mark.parametrize(
    "guard_toml",
    [
        pytest.param("", id="default"),
        pytest.param(HARDENED, id="hardened"),
        pytest.param(EVERYTHING, id="everything"),
        pytest.param(RULES, id="rules"),
        pytest.param(
            '[deploy]\nregions = ["eu-west-1", "us-east-1", "ap-southeast-2"]\n', id="regions"
        ),
        pytest.param('[deploy]\nregions = ["cn-north-1"]\n', id="China"),
        pytest.param('[deploy]\nregions = ["us-gov-west-1"]\n', id="GovCloud"),
    ],
)
def test_acknowledged_stacks_have_no_findings(review: Review, guard_toml: str) -> None:
    assert review.after(guard_toml).found == frozenset()


def test_a_hardened_guard_needs_fewer_reasons(review: Review) -> None:
    found = review.before(HARDENED).found

    assert "NIST.800.53.R5::NIST.800.53.R5-LambdaConcurrency" not in found
    assert "NIST.800.53.R5::NIST.800.53.R5-CloudWatchLogGroupEncrypted" not in found
