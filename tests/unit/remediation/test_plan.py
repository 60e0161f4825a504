from dataclasses import replace

import pytest

from platform_guard.policy.policy import Policy, Remedy
from platform_guard.policy.verdict import Finding, NoFinding, Verdict
from platform_guard.remediation.plan import (
    Plan,
    plan_remedy,
    why_no_longer_wanted,
)
from platform_guard.remediation.protection import ProtectionSnapshot, unshared_children
from platform_guard.unavailable import Unavailable
from tests.support.observations import (
    CHILD,
    DENIED,
    DIGEST,
    INDEX,
    MARK,
    MISSING,
    PUSH,
    SHARED,
    policy_of,
    protection_snapshot,
    state,
)

DESTRUCTIVE = [Remedy.QUARANTINE, Remedy.ARCHIVE, Remedy.DELETE]
UNPROTECTED = protection_snapshot()
ONLY_ALERT = "the policy asks only for an alert"
LISTED = {CHILD: (DIGEST,), SHARED: (DIGEST, INDEX)}


def plan(remedy: Remedy, snapshot: ProtectionSnapshot | None = UNPROTECTED) -> Plan:
    return plan_remedy(MISSING, PUSH, policy_of(remedy), snapshot)


@pytest.mark.parametrize("name", NoFinding)
@pytest.mark.parametrize("remedy", Remedy)
def test_a_verdict_without_a_finding_gets_no_steps(name: NoFinding, remedy: Remedy) -> None:
    made = plan_remedy(Verdict(name, "reason"), PUSH, policy_of(remedy), UNPROTECTED)

    assert made.remedy is Remedy.ALERT


@pytest.mark.parametrize("finding", Finding)
def test_each_finding_has_its_own_remedy(finding: Finding) -> None:
    others = {other: Remedy.TAG for other in Finding if other is not finding}
    policy = Policy(remedies={**others, finding: Remedy.ALERT})

    assert plan_remedy(Verdict(finding, "reason"), PUSH, policy).remedy is Remedy.ALERT
    for other in others:
        assert plan_remedy(Verdict(other, "reason"), PUSH, policy).remedy is Remedy.TAG


@pytest.mark.parametrize(
    ("verdict", "policy", "why"),
    [
        (MISSING, policy_of(Remedy.DELETE), ""),
        (MISSING, policy_of(Remedy.QUARANTINE), ""),
        (MISSING, policy_of(Remedy.TAG), "the policy does not ask for it any more"),
        (
            MISSING,
            replace(policy_of(Remedy.TAG), caveat="what its tags ask for (Throttling)"),
            "it could not be checked what its tags ask for (Throttling)",
        ),
        (Verdict(NoFinding.COMPLIANT, "it runs"), policy_of(Remedy.DELETE), "it is compliant: it"),
        (
            Verdict(Finding.INDEX_ONLY, "it is wrapped"),
            policy_of(Remedy.DELETE),
            "it is now index-only, which was not announced",
        ),
    ],
)
def test_an_announced_remedy_needs_an_unchanged_finding_and_policy(
    verdict: Verdict, policy: Policy, why: str
) -> None:
    because = why_no_longer_wanted(Finding.MISSING_PLATFORM, verdict, policy)

    assert because.startswith(why) if why else not because


BLOCKED = protection_snapshot(state("stable"), uses=((), DENIED), listings={DIGEST: (INDEX,)})
PLANS = {
    "alert": (plan(Remedy.ALERT), Plan(Remedy.ALERT, Remedy.ALERT, because=ONLY_ALERT)),
    "tag": (plan(Remedy.TAG), Plan(Remedy.TAG, Remedy.TAG)),
    "quarantine": (plan(Remedy.QUARANTINE), Plan(Remedy.QUARANTINE, Remedy.QUARANTINE)),
    "archive": (plan(Remedy.ARCHIVE), Plan(Remedy.ARCHIVE, Remedy.ARCHIVE)),
    "delete": (plan(Remedy.DELETE), Plan(Remedy.DELETE, Remedy.DELETE)),
    "delete, marked already": (
        plan(Remedy.DELETE, protection_snapshot(state(MARK))),
        Plan(Remedy.DELETE, Remedy.DELETE),
    ),
    "delete, blocked": (
        plan(Remedy.DELETE, BLOCKED),
        Plan(
            Remedy.DELETE,
            Remedy.TAG,
            blocked_by=(
                "it also has the tag stable",
                f"it is listed by the index {INDEX[:19]}",
                "it could not be checked who runs it (the functions of AWS Lambda: "
                "AccessDeniedException)",
            ),
        ),
    ),
    "delete, after a grace period": (
        plan_remedy(MISSING, PUSH, policy_of(Remedy.DELETE), grace_seconds=24 * 3600),
        Plan(Remedy.DELETE, Remedy.TAG, grace_seconds=24 * 3600),
    ),
    "a repository that a cache fills": (
        plan_remedy(MISSING, PUSH, policy_of(Remedy.TAG), cache_prefix="docker-hub"),
        Plan(
            Remedy.TAG,
            Remedy.ALERT,
            blocked_by=(
                "the pull-through cache docker-hub fills the repository and would do it again",
            ),
            because="it is left alone",
        ),
    ),
}


@pytest.mark.parametrize(("made", "expected"), PLANS.values(), ids=PLANS)
def test_a_plan_follows_policy_and_safety_checks(made: Plan, expected: Plan) -> None:
    assert made == expected


@pytest.mark.parametrize("remedy", DESTRUCTIVE)
def test_a_plan_without_a_protection_snapshot_only_adds_the_mark(remedy: Remedy) -> None:
    made = plan(remedy, None)

    assert made.remedy is Remedy.TAG
    assert made.blocked_by == ("the safety checks have not run",)


@pytest.mark.parametrize("remedy", DESTRUCTIVE)
def test_a_blocked_remedy_only_adds_the_mark(remedy: Remedy) -> None:
    made = plan(remedy, protection_snapshot(state("stable")))

    assert (made.wanted, made.remedy) == (remedy, Remedy.TAG)


@pytest.mark.parametrize("remedy", DESTRUCTIVE)
def test_a_grace_period_precedes_a_destructive_remedy(remedy: Remedy) -> None:
    made = plan_remedy(MISSING, PUSH, policy_of(remedy), UNPROTECTED, grace_seconds=60)

    assert (made.remedy, made.grace_seconds) == (Remedy.TAG, 60)


@pytest.mark.parametrize("remedy", [Remedy.ALERT, Remedy.TAG])
def test_a_non_destructive_remedy_has_no_grace_period(remedy: Remedy) -> None:
    made = plan_remedy(MISSING, PUSH, policy_of(remedy), grace_seconds=60)

    assert made.grace_seconds == 0


@pytest.mark.parametrize("remedy", [Remedy.TAG, *DESTRUCTIVE])
def test_an_image_in_a_pull_through_cache_is_never_changed(remedy: Remedy) -> None:
    made = plan_remedy(MISSING, PUSH, policy_of(remedy), UNPROTECTED, cache_prefix="docker-hub")

    assert made.remedy is Remedy.ALERT


UNAVAILABLE_RULES = Unavailable("the registry's pull-through cache rules", "ThrottlingException")


@pytest.mark.parametrize("remedy", [Remedy.TAG, *DESTRUCTIVE])
def test_an_image_is_not_changed_if_the_cache_rules_are_unavailable(remedy: Remedy) -> None:
    made = plan_remedy(
        MISSING, PUSH, policy_of(remedy), UNPROTECTED, cache_prefix=UNAVAILABLE_RULES
    )

    assert made.remedy is Remedy.ALERT
    assert "ThrottlingException" in made.blocked_by[0]


@pytest.mark.parametrize("remedy", DESTRUCTIVE)
def test_a_marked_image_keeps_its_mark_if_the_cache_rules_are_unavailable(
    remedy: Remedy,
) -> None:
    marked = protection_snapshot(state(MARK))
    made = plan_remedy(MISSING, PUSH, policy_of(remedy), marked, cache_prefix=UNAVAILABLE_RULES)

    assert made.remedy is Remedy.TAG
    assert "ThrottlingException" in made.blocked_by[0]


def test_only_unshared_children_of_an_index_are_deleted() -> None:
    nested = f"sha256:{'e5' * 32}"
    snapshot = protection_snapshot(
        children=(nested, CHILD, SHARED),
        listings={nested: (DIGEST,), CHILD: (nested,)} | {SHARED: (nested, INDEX)},
    )

    assert unshared_children(DIGEST, snapshot) == (nested, CHILD)


def test_existing_marks_do_not_change_a_plan() -> None:
    for remedy in (Remedy.QUARANTINE, Remedy.ARCHIVE):
        assert plan(remedy, protection_snapshot(state(MARK))) == plan(remedy)
