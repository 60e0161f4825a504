"""Requirements for each finding and cause that mypy cannot check."""

import re

import pytest

from platform_guard.diagnosis.evidence.required import EvidenceKind, required_evidence
from platform_guard.diagnosis.pull_error.image_rules import IMAGE_RULES
from platform_guard.diagnosis.pull_error.registry_rules import REGISTRY_RULES
from platform_guard.diagnosis.pull_error.rule import Cause
from platform_guard.policy.policy import Policy
from platform_guard.policy.verdict import Finding, NoFinding
from tests.support.diagnoses import CASES, alert_of
from tests.support.paths import ROOT
from tests.support.push_cases import ALERTS

README = (ROOT / "README.md").read_text(encoding="utf-8")
SAMPLE_SETTINGS = (ROOT / "guard.toml").read_text(encoding="utf-8")

# The image reveals an exec format error; the other two apply if no rule matches.
_WITHOUT_RULE = (Cause.EXEC_FORMAT, Cause.NOT_A_PULL_ERROR, Cause.UNKNOWN)


@pytest.mark.parametrize("finding", Finding)
def test_a_finding_has_a_default_remedy_in_policy_and_sample_settings(finding: Finding) -> None:
    assert finding in Policy().remedies
    assert re.search(rf"^#? ?{finding} = ", SAMPLE_SETTINGS, re.MULTILINE)


@pytest.mark.parametrize("finding", [*Finding, NoFinding.UNREADABLE])
def test_a_finding_has_a_sample_alert(finding: Finding | NoFinding) -> None:
    assert finding in {alert.code for alert in ALERTS.values()}


@pytest.mark.parametrize("verdict", [*Finding, *NoFinding])
def test_a_verdict_is_documented_in_the_readme(verdict: Finding | NoFinding) -> None:
    assert f"`{verdict}`" in README


@pytest.mark.parametrize("cause", Cause)
def test_a_cause_declares_its_required_evidence(cause: Cause) -> None:
    assert required_evidence(cause) <= set(EvidenceKind)


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.NOT_A_PULL_ERROR])
def test_a_cause_has_a_sample_alert(cause: Cause) -> None:
    assert cause in {alert_of(name).code for name in CASES}


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause not in _WITHOUT_RULE])
def test_a_cause_has_a_classification_rule(cause: Cause) -> None:
    assert cause in {rule.cause for rule in (*IMAGE_RULES, *REGISTRY_RULES)}
