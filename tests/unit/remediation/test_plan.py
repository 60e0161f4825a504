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

TAKING_AWAY = [Remedy.QUARANTINE, Remedy.ARCHIVE, Remedy.DELETE]
FREE = protection_snapshot()
ONLY_ALERT = "the policy asks only for an alert"
LISTED = {CHILD: (DIGEST,), SHARED: (DIGEST, INDEX)}


def plan(remedy: Remedy, seen: ProtectionSnapshot | None = FREE) -> Plan:
    return plan_remedy(MISSING, PUSH, policy_of(remedy), seen)


@pytest.mark.parametrize("name", NoFinding)
@pytest.mark.parametrize("remedy", Remedy)
def test_what_is_no_finding_is_left_alone(name: NoFinding, remedy: Remedy) -> None:
    made = plan_remedy(Verdict(name, "reason"), PUSH, policy_of(remedy), FREE)

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
def test_what_was_announced_is_done_only_if_policy_and_verdict_still_ask_for_it(
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


@pytest.mark.parametrize("remedy", TAKING_AWAY)
def test_without_a_look_nothing_is_taken_away(remedy: Remedy) -> None:
    made = plan(remedy, None)

    assert made.remedy is Remedy.TAG
    assert made.blocked_by == ("the safety checks have not run",)


@pytest.mark.parametrize("remedy", TAKING_AWAY)
def test_what_is_refused_is_marked(remedy: Remedy) -> None:
    made = plan(remedy, protection_snapshot(state("stable")))

    assert (made.wanted, made.remedy) == (remedy, Remedy.TAG)


@pytest.mark.parametrize("remedy", TAKING_AWAY)
def test_a_grace_period_comes_before_anything_is_taken_away(remedy: Remedy) -> None:
    made = plan_remedy(MISSING, PUSH, policy_of(remedy), FREE, grace_seconds=60)

    assert (made.remedy, made.grace_seconds) == (Remedy.TAG, 60)


@pytest.mark.parametrize("remedy", [Remedy.ALERT, Remedy.TAG])
def test_what_takes_nothing_away_does_not_wait(remedy: Remedy) -> None:
    made = plan_remedy(MISSING, PUSH, policy_of(remedy), grace_seconds=60)

    assert made.grace_seconds == 0


@pytest.mark.parametrize("remedy", [Remedy.TAG, *TAKING_AWAY])
def test_a_pull_through_cache_is_never_changed(remedy: Remedy) -> None:
    made = plan_remedy(MISSING, PUSH, policy_of(remedy), FREE, cache_prefix="docker-hub")

    assert made.remedy is Remedy.ALERT


UNSEEN_RULES = Unavailable("the registry's pull-through cache rules", "ThrottlingException")


@pytest.mark.parametrize("remedy", [Remedy.TAG, *TAKING_AWAY])
def test_what_may_be_a_pull_through_cache_is_not_changed(remedy: Remedy) -> None:
    made = plan_remedy(MISSING, PUSH, policy_of(remedy), FREE, cache_prefix=UNSEEN_RULES)

    assert made.remedy is Remedy.ALERT
    assert "ThrottlingException" in made.blocked_by[0]


@pytest.mark.parametrize("remedy", TAKING_AWAY)
def test_what_may_have_become_a_pull_through_cache_keeps_the_mark_that_it_has(
    remedy: Remedy,
) -> None:
    marked = protection_snapshot(state(MARK))
    made = plan_remedy(MISSING, PUSH, policy_of(remedy), marked, cache_prefix=UNSEEN_RULES)

    assert made.remedy is Remedy.TAG
    assert "ThrottlingException" in made.blocked_by[0]


def test_of_an_index_only_children_that_nothing_else_lists_are_deleted() -> None:
    nested = f"sha256:{'e5' * 32}"
    seen = protection_snapshot(
        children=(nested, CHILD, SHARED),
        listings={nested: (DIGEST,), CHILD: (nested,)} | {SHARED: (nested, INDEX)},
    )

    assert unshared_children(DIGEST, seen) == (nested, CHILD)


def test_a_plan_is_the_same_whatever_marks_there_are() -> None:
    for remedy in (Remedy.QUARANTINE, Remedy.ARCHIVE):
        assert plan(remedy, protection_snapshot(state(MARK))) == plan(remedy)
