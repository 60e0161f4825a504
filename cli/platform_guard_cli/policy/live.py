"""What the live account adds to a policy, read with the caller's credentials."""

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
    """The registry of an account in a region."""

    ecr: "ECRClient"
    account: str
    """Empty for that of the credentials."""

    @classmethod
    def connect(cls, region: str, account: str) -> Self:
        """Use the caller's credentials, and their region where none is named. Raises UsageError."""
        clients = Clients(region or None)
        check_caller(clients, "policy: --live")
        try:
            return cls(clients.ecr, account)
        except AWS_ERRORS as error:
            raise _no_answer(reason_of(error)) from error

    def policy_for(self, policies: Policies, name: str, tag: str) -> EffectivePolicy:
        """Give what holds for an image with the resource tags of its repository.

        Raises UsageError where there is no such repository, or AWS does not answer now.
        """
        effective = EffectivePolicies(policies, self.ecr, time.monotonic)
        repository = self._repository(name)
        try:
            return effective.policy_for(repository, tag)
        except AWS_ERRORS as error:
            raise _no_answer(reason_of(error)) from error

    def cache_prefix(self, name: str) -> str | Unavailable:
        """Give the prefix of the pull-through cache that fills a repository, empty for none."""
        prefixes = self.cache_prefixes()
        return prefixes if isinstance(prefixes, Unavailable) else cache_prefix(name, prefixes)

    def cache_prefixes(self) -> tuple[str, ...] | Unavailable:
        """Give the prefixes of the registry's pull-through cache rules."""
        return PullThroughCaches(self.ecr, time.monotonic).prefixes()

    def _repository(self, name: str) -> Repository:
        check_name(name, "policy: --live")
        try:
            repository = find_repository(self.ecr, name, self.account)
        except AWS_ERRORS as error:
            raise _no_answer(reason_of(error)) from error
        if repository is None:
            raise UsageError(
                f"policy: --live: there is no repository {name} in the account and region of your "
                "AWS credentials"
            )
        return repository


def _no_answer(reason: str) -> UsageError:
    return UsageError(
        f"policy: --live: AWS was not to be asked ({reason}); check AWS_PROFILE and AWS_REGION"
    )
