"""The source of a denied pull, and its fixes."""

import pytest

from platform_guard.aws.errors import LookupFailedError
from platform_guard.diagnosis.diagnosis import diagnose
from platform_guard.diagnosis.evidence.model import PullingRole, RoleKind, Unavailable
from platform_guard.diagnosis.evidence.task import find_role
from platform_guard.diagnosis.failure import PullFailure
from platform_guard.diagnosis.pull_error.classifier import classify
from platform_guard.diagnosis.pull_error.denial import DenialSource, denial_source
from platform_guard.diagnosis.task_event import StoppedContainer
from tests.support.diagnosis_evidence import API, DEFINITION, ROLE, denied
from tests.support.stops import stop_of, stop_with

FORBIDDEN = "CannotPullContainerError: failed to copy: httpReadSeeker: failed open: "
SESSION = "arn:aws:sts::123456789012:assumed-role"
ROWS = (
    (denied("because no identity-based policy allows it"), DenialSource.IDENTITY, "Allow the"),
    ("CannotPullContainerError: 403 Forbidden", DenialSource.IDENTITY, "Allow the"),
    (
        denied("because no VPC endpoint policy allows it"),
        DenialSource.ENDPOINT_POLICY,
        "Let the pol",
    ),
    (
        denied("with an explicit deny in a VPC endpoint policy"),
        DenialSource.ENDPOINT_POLICY,
        "Let the",
    ),
    (
        denied("with an explicit deny in a service control policy"),
        DenialSource.ORGANIZATION,
        "A cont",
    ),
    (
        denied("with an explicit deny in a resource control policy"),
        DenialSource.ORGANIZATION,
        "A cont",
    ),
    (denied("because no permissions boundary allows it"), DenialSource.BOUNDARY, "The permissions"),
    (denied("with an explicit deny in a permissions boundary"), DenialSource.BOUNDARY, "The perm"),
    (
        denied("with an explicit deny in a resource-based policy"),
        DenialSource.RESOURCE_POLICY,
        "The repo",
    ),
    (
        denied("with an explicit deny in an identity-based policy"),
        DenialSource.DENIED_IDENTITY,
        "A pol",
    ),
    (denied("with an explicit deny"), DenialSource.DENIED_IDENTITY, "A policy of the role denies"),
    (
        denied("because no identity-based policy allows it", "BatchImportUpstreamImage"),
        DenialSource.PULL_THROUGH_CACHE,
        "The repository is filled by a pull-through cache",
    ),
    (
        denied("because no identity-based policy allows it", "CreateRepository"),
        DenialSource.PULL_THROUGH_CACHE,
        "The repository is filled by a pull-through cache",
    ),
    (
        f"{FORBIDDEN}unexpected status code https://prod-eu-central-1-starport-layer-bucket."
        "s3.eu-central-1.amazonaws.com/1a2b: 403 Forbidden",
        DenialSource.LAYER_STORE,
        "If there is an endpoint for S3",
    ),
    (
        "CannotPullContainerError: error pulling image configuration: download failed after "
        "attempts=1: error parsing HTTP 403 response body: AccessDenied",
        DenialSource.LAYER_STORE,
        "If there is an endpoint for S3",
    ),
    (
        "CannotPullContainerError: KmsException: The ciphertext refers to a customer master key "
        "that does not exist",
        DenialSource.KEY,
        "See whether the key",
    ),
)


@pytest.mark.parametrize(("text", "denied_by", "title"), ROWS)
def test_the_first_fix_is_for_the_source_of_the_denial(
    text: str, denied_by: DenialSource, title: str
) -> None:
    failure = PullFailure(classify(text), StoppedContainer("api", API))

    first = diagnose(stop_with(text, API), failure).fixes[0]

    assert denial_source(text) is denied_by
    assert first.title.startswith(title)


@pytest.mark.parametrize("denied_by", sorted(set(DenialSource) - {DenialSource.IDENTITY}))
def test_only_a_missing_permission_is_fixed_with_a_role_policy(denied_by: DenialSource) -> None:
    for text in (text for text, found, _ in ROWS if found is denied_by):
        failure = PullFailure(classify(text), StoppedContainer("api", API))
        commands = [line for fix in diagnose(None, failure).fixes for line in fix.commands]
        assert not any("attach-role-policy" in command for command in commands)


def test_a_denied_instance_pulls_with_its_instance_role() -> None:
    denied_instance = f"{SESSION}/ecsInstanceRole/i-0a1b2c3d4e5f60718"

    role = find_role(stop_of("ec2-platform-mismatch"), DEFINITION, denied_instance)

    assert role == PullingRole("arn:aws:iam::123456789012:role/ecsInstanceRole", RoleKind.INSTANCE)


@pytest.mark.parametrize(
    "denied_principal", [None, f"{SESSION}/shop-execution/0a4f1c2ab09d6e4e", "shop"]
)
def test_any_other_task_pulls_with_the_execution_role(denied_principal: str | None) -> None:
    assert find_role(stop_of("fargate-platform-mismatch"), DEFINITION, denied_principal) == ROLE


def test_a_role_without_a_task_definition_is_unknown() -> None:
    with pytest.raises(LookupFailedError, match="which was not seen"):
        find_role(stop_of("fargate-platform-mismatch"), Unavailable("it", "throttled"), None)
