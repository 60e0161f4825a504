"""Selecting the policy for an inspected image."""

import time

from platform_guard.policy.policy import Policy
from platform_guard.policy.rules import Policies
from platform_guard.registry.reference import Reference, parse_reference
from platform_guard_cli.errors import UsageError
from platform_guard_cli.image_names import parse_image_name


def policy_for_source(policies: Policies, source: str, pushed_as: str | None) -> Policy:
    """Return the policy for an image in Amazon ECR, or for the name in `pushed_as`.

    An OCI layout without `pushed_as` gets the default policy. Raise UsageError if `pushed_as` is
    invalid or the repository's resource tags cannot be read.
    """
    if pushed_as is not None:
        name = parse_image_name(pushed_as)
        if name is None:
            raise UsageError(
                f"inspect: --as: invalid image name {pushed_as!r}; "
                "use REPO or REPO:TAG, such as shop/api:1.4.2"
            )
        return policies.policy_for(name.repository, name.tag).policy
    reference = parse_reference(source)
    return policies.default if reference is None else _policy_in_ecr(policies, reference)


def _policy_in_ecr(policies: Policies, reference: Reference) -> Policy:
    if not policies.overrides:
        return policies.policy_for(reference.repository.name, reference.tag).policy
    # boto3 takes 0.2 seconds to import and is needed only for settings with overrides.
    from platform_guard.aws.clients import Clients
    from platform_guard.aws.errors import AWS_ERRORS, reason_of
    from platform_guard.policy.effective import EffectivePolicies
    from platform_guard_cli.caller import check_caller

    clients = Clients(reference.repository.region)
    check_caller(clients, "inspect")
    try:
        effective = EffectivePolicies(policies, clients.ecr, time.monotonic)
        return effective.policy_for(reference.repository, reference.tag).policy
    except AWS_ERRORS as error:
        raise UsageError(
            f"inspect: cannot read the resource tags of {reference.repository.name} for "
            f"repository_overrides ({reason_of(error)}); try again"
        ) from error
