"""Which policy an image is inspected by."""

import time

from platform_guard.policy.policy import Policy
from platform_guard.policy.rules import Policies
from platform_guard.registry.reference import Reference, parse_reference
from platform_guard_cli.errors import UsageError
from platform_guard_cli.image_names import parse_image_name


def policy_of_source(policies: Policies, source: str, pushed_as: str | None) -> Policy:
    """Give the policy of an image in Amazon ECR, or of the name that a layout is to be pushed as.

    A layout without such a name has the account's own policy. Raises UsageError.
    """
    if pushed_as is not None:
        name = parse_image_name(pushed_as)
        if name is None:
            raise UsageError(
                f"inspect: --as: {pushed_as!r} names no image; "
                "write REPO or REPO:TAG, such as shop/api:1.4.2"
            )
        return policies.policy_for(name.repository, name.tag).policy
    reference = parse_reference(source)
    return policies.default if reference is None else _policy_in_ecr(policies, reference)


def _policy_in_ecr(policies: Policies, reference: Reference) -> Policy:
    if not policies.overrides:
        return policies.policy_for(reference.repository.name, reference.tag).policy
    # boto3 takes a fifth of a second to import, which settings without overrides have no use for.
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
            f"inspect: the resource tags of {reference.repository.name}, which "
            f"repository_overrides asks for, cannot be read ({reason_of(error)}); try again"
        ) from error
