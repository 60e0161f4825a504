import pytest

from platform_guard.marks import mark_for
from platform_guard.policy import Policy, Remedy
from platform_guard.references import Reference, Repository
from platform_guard.remedies import AddMark, ChangeNothing, plan_remedy
from platform_guard.verdicts import Finding, NoFinding, Verdict

DIGEST = "sha256:" + "c3" * 32
IMAGE = Reference(Repository("123456789012", "eu-central-1", "app"), "v1", DIGEST)


@pytest.mark.parametrize("name", NoFinding)
@pytest.mark.parametrize("remedy", Remedy)
def test_what_is_no_finding_is_left_alone(name: NoFinding, remedy: Remedy) -> None:
    policy = Policy(remedies=dict.fromkeys(Finding, remedy))

    assert isinstance(plan_remedy(Verdict(name, "reason"), IMAGE, policy), ChangeNothing)


@pytest.mark.parametrize("finding", Finding)
def test_a_finding_is_marked_unless_the_policy_says_otherwise(finding: Finding) -> None:
    verdict = Verdict(finding, "reason")

    assert plan_remedy(verdict, IMAGE, Policy()) == AddMark(mark_for(finding, "v1", DIGEST))


@pytest.mark.parametrize("finding", Finding)
def test_each_finding_has_its_own_remedy(finding: Finding) -> None:
    others = {other: Remedy.TAG for other in Finding if other is not finding}
    policy = Policy(remedies={**others, finding: Remedy.ALERT})

    assert isinstance(plan_remedy(Verdict(finding, "reason"), IMAGE, policy), ChangeNothing)
    for other in others:
        assert isinstance(plan_remedy(Verdict(other, "reason"), IMAGE, policy), AddMark)
