"""Reads the ECR registries of an account with the caller's credentials."""

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
        """Yield pages of the repositories that match a pattern; all without patterns.

        Raises UsageError if the repositories of a region cannot be listed.
        """
        for region in self.regions:
            try:
                yield from self._in_region(region, patterns)
            except AWS_ERRORS as error:
                raise _usage_error(error, f"Cannot list the repositories in {region}") from error

    def policies(self, policies: Policies) -> PolicyFor:
        """Return the policy lookup. It reads resource tags if the settings allow overrides."""
        effective = {
            region: EffectivePolicies(policies, clients.ecr, time.monotonic)
            for region, clients in self.clients.items()
        }
        return lambda repository, tag: (
            effective[repository.region].policy_for(repository, tag).policy
        )

    def audit(self, repository: Repository, policy_for: PolicyFor) -> Iterator[AuditedPage]:
        """Evaluate a repository page by page.

        Raises RepositoryUnavailableError if the repository cannot be read, and UsageError if the
        credentials are rejected.
        """
        client = self.clients[repository.region].ecr
        auditor = RepositoryAuditor(client, policy_for, self.config_cache, self.pool)
        try:
            yield from auditor.audit(repository)
        except AWS_ERRORS as error:
            if rejects_credentials(error):
                raise _usage_error(error, "AWS rejects your credentials") from error
            raise RepositoryUnavailableError(_reason(error)) from error

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
    """Open the registries of the caller's account. Raises UsageError for invalid credentials.

    Without regions, the region of the environment is used.
    """
    clients = {region: Clients(region, config=BULK) for region in regions or (None,)}
    first = next(iter(clients.values()))
    check_caller(first, "audit")
    try:
        account = first.sts.get_caller_identity()["Account"]
    except AWS_ERRORS as error:
        where = f"AWS STS in {first.region}"
        raise _usage_error(error, f"{where} did not identify the caller") from error
    by_region = {client.ecr.meta.region_name: client for client in clients.values()}
    return Registries(account, tuple(by_region), by_region)


def _usage_error(error: AwsError, problem: str) -> UsageError:
    return UsageError(f"audit: {problem} ({reason_of(error)}): {' '.join(str(error).split())}")


def _reason(error: AwsError) -> str:
    match reason_of(error):
        case "RepositoryNotFoundException":
            return "the repository no longer exists"
        case "AccessDeniedException":
            return "access denied"
        case reason:
            return reason
