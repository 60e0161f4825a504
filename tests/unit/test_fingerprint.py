"""A fingerprint is the same in every process, and differs for different values."""

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


def test_a_fingerprint_does_not_depend_on_the_hash_seed() -> None:
    code = "from tests.unit.test_fingerprint import POLICY, fingerprint; print(fingerprint(POLICY))"
    seeds = ("1", "2", "3")
    printed = {
        subprocess.run(  # noqa: S603 (this interpreter with the code above)
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
def test_different_policies_have_different_fingerprints(other: Policy) -> None:
    assert fingerprint(other) != fingerprint(Policy())
    assert fingerprint(Policies(other)) != fingerprint(Policies())


def test_a_fingerprint_of_an_unsupported_type_is_rejected() -> None:
    with pytest.raises(TypeError):
        fingerprint(object())
