"""A fingerprint names a value alike in every process, and another value otherwise."""

import subprocess
import sys

import pytest

from platform_guard.fingerprint import fingerprint
from platform_guard.oci.platforms import Platform
from platform_guard.policy.policy import IndexRule, Policy, Remedy
from platform_guard.policy.rules import Policies
from platform_guard.policy.verdict import Finding

FEATURES = ("a", "b", "c", "d", "e")
POLICY = Policy((Platform("windows", "amd64", os_features=frozenset(FEATURES)),))


def test_it_is_the_same_in_a_process_with_other_hashes() -> None:
    code = "from tests.unit.test_fingerprint import POLICY, fingerprint; print(fingerprint(POLICY))"
    seeds = ("1", "2", "3")
    printed = {
        subprocess.run(  # noqa: S603 (this interpreter, on code that stands here)
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ".:lambdas"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in seeds
    }

    assert printed == {fingerprint(POLICY)}


@pytest.mark.parametrize(
    "other",
    [
        Policy(index_rule=IndexRule.FORBID),
        Policy(verify_config=False),
        Policy(remedies=dict.fromkeys(Finding, Remedy.ALERT)),
    ],
)
def test_another_policy_has_another_one(other: Policy) -> None:
    assert fingerprint(other) != fingerprint(Policy())
    assert fingerprint(Policies(other)) != fingerprint(Policies())


def test_what_it_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError):
        fingerprint(object())
