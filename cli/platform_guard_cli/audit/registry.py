"""The registries of an account, read with the caller's credentials."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from platform_guard.aws.clients import BULK, Clients
from platform_guard.aws.errors import AWS_ERRORS, AwsError, reason_of, rejects_credentials
from platform_guard.pattern import matches
from platform_guard.policy.effective import EffectivePolicies
from platform_guard.policy.rules import Policies
from platform_guard.registry.bulk_repository import ConfigCache
from platform_guard.registry.download import CONNECTIONS
from platform_guard.registry.listing import find_repositories, list_repositories
from platform_guard.registry.reference import Repository
from platform_guard.sweep.auditor import AuditedPage, RepositoryAuditor
from platform_guard.sweep.evaluation import PolicyFor
from platform_guard_cli.audit.workers import RepositoryUnavailableError
from platform_guard_cli.caller import check_caller
from platform_guard_cli.errors import UsageError


@dataclass(frozen=True)
class Registries:
    """The registries of the audited regions."""

    account: str
    regions: tuple[str, ...]
    clients: dict[str, Clients]
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(CONNECTIONS))
    config_cache: ConfigCache = field(default_factory=ConfigCache)

    def repositories(self, patterns: Sequence[str]) -> Iterator[list[Repository]]:
        """Return the repositories that match a pattern, or all without patterns.

        Raises UsageError if a region cannot be listed or a pattern matches nothing.
        """
        for region in self.regions:
            try:
                yield from self._in_region(region, patterns)
            except AWS_ERRORS as error:
                raise _unusable(error, f"the repositories in {region} cannot be listed") from error

    def policies(self, policies: Policies) -> PolicyFor:
        """Return the policy lookup, including resource tags if the settings allow overrides."""
        effective = {
            region: EffectivePolicies(policies, clients.ecr, time.monotonic)
            for region, clients in self.clients.items()
        }
        return lambda repository, tag: (
            effective[repository.region].policy_for(repository, tag).policy
        )

    def audit(self, repository: Repository, policy_for: PolicyFor) -> Iterator[AuditedPage]:
        """Evaluate a repository. Raises RepositoryUnavailableError if it cannot be read."""
        client = self.clients[repository.region].ecr
        auditor = RepositoryAuditor(client, policy_for, self.config_cache, self.pool)
        try:
            yield from auditor.audit(repository)
        except AWS_ERRORS as error:
            if rejects_credentials(error):
                raise _unusable(error, "your AWS credentials are no longer accepted") from error
            raise RepositoryUnavailableError(_trouble(error)) from error

    def _in_region(self, region: str, patterns: Sequence[str]) -> Iterator[list[Repository]]:
        client = self.clients[region].ecr
        names = [pattern for pattern in patterns if not set(pattern) & set("*?")]
        globs = [pattern for pattern in patterns if pattern not in names]
        if names:
            yield find_repositories(client, self.account, region, names)
        if globs or not names:
            for page in list_repositories(client, self.account, region):
                yield [
                    repository
                    for repository in page
                    if not globs or any(matches(glob, repository.name) for glob in globs)
                ]


def open_registries(regions: Sequence[str]) -> Registries:
    """Identify the caller and open the registries. Raises UsageError for invalid credentials."""
    clients = {region: Clients(region, config=BULK) for region in regions or (None,)}
    first = next(iter(clients.values()))
    check_caller(first, "audit")
    try:
        account = first.sts.get_caller_identity()["Account"]
    except AWS_ERRORS as error:
        raise _unusable(error, "AWS does not say whose credentials these are") from error
    named = {client.ecr.meta.region_name: client for client in clients.values()}
    return Registries(account, tuple(named), named)


def _unusable(error: AwsError, what: str) -> UsageError:
    return UsageError(f"audit: {what} ({reason_of(error)}): {' '.join(str(error).split())}")


def _trouble(error: AwsError) -> str:
    match reason_of(error):
        case "RepositoryNotFoundException":
            return "it is gone"
        case "AccessDeniedException":
            return "access is denied"
        case reason:
            return reason
