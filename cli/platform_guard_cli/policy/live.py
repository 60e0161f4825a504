"""Policies with the resource tags and pull-through caches of a live account."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from platform_guard.aws.clients import Clients
from platform_guard.aws.errors import AWS_ERRORS, reason_of
from platform_guard.diagnosis.evidence.model import Unavailable
from platform_guard.policy.effective import EffectivePolicies
from platform_guard.policy.rules import EffectivePolicy, Policies
from platform_guard.registry.listing import find_repository
from platform_guard.registry.pull_through import cache_prefix
from platform_guard.registry.pull_through_cache import PullThroughCaches
from platform_guard.registry.reference import Repository
from platform_guard_cli.caller import check_caller
from platform_guard_cli.errors import UsageError
from platform_guard_cli.image_names import check_name

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


@dataclass(frozen=True, slots=True)
class LiveRegistry:
    """The ECR registry of an account in a region."""

    ecr: "ECRClient"
    account: str
    """Empty for the account of the credentials."""

    @classmethod
    def connect(cls, region: str, account: str) -> Self:
        """Connect with the caller's credentials. Raise UsageError if AWS cannot be queried.

        An empty `region` means the default region of the credentials.
        """
        clients = Clients(region or None)
        check_caller(clients, "policy: --live")
        try:
            return cls(clients.ecr, account)
        except AWS_ERRORS as error:
            raise _query_error(reason_of(error)) from error

    def policy_for(self, policies: Policies, name: str, tag: str) -> EffectivePolicy:
        """Return the policy for an image, including resource tag overrides.

        Raise UsageError if the repository does not exist or AWS cannot be queried.
        """
        effective = EffectivePolicies(policies, self.ecr, time.monotonic)
        repository = self._repository(name)
        try:
            return effective.policy_for(repository, tag)
        except AWS_ERRORS as error:
            raise _query_error(reason_of(error)) from error

    def cache_prefix(self, name: str) -> str | Unavailable:
        """Return the prefix of the pull-through cache rule for a repository; empty if none."""
        prefixes = self.cache_prefixes()
        return prefixes if isinstance(prefixes, Unavailable) else cache_prefix(name, prefixes)

    def cache_prefixes(self) -> tuple[str, ...] | Unavailable:
        """Return the prefixes of the registry's pull-through cache rules."""
        return PullThroughCaches(self.ecr, time.monotonic).prefixes()

    def _repository(self, name: str) -> Repository:
        check_name(name, "policy: --live")
        try:
            repository = find_repository(self.ecr, name, self.account)
        except AWS_ERRORS as error:
            raise _query_error(reason_of(error)) from error
        if repository is None:
            raise UsageError(
                f"policy: --live: repository {name} does not exist in the account and region of "
                "your AWS credentials"
            )
        return repository


def _query_error(reason: str) -> UsageError:
    return UsageError(
        f"policy: --live: cannot query AWS ({reason}); check AWS_PROFILE and AWS_REGION"
    )
