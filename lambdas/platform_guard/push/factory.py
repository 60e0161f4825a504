"""Creates remediators from clients and caches that live as long as the process."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from platform_guard.alerts.alert import Alert
from platform_guard.environment import environment_variable
from platform_guard.policy.rules import Policies
from platform_guard.push.remediator import Remediator
from platform_guard.registry.pull_through_cache import PullThroughCaches
from platform_guard.registry.repository import EcrImages
from platform_guard.remediation.grace_schedule import GraceSchedules, NoSchedules, Schedules
from platform_guard.remediation.ledger_dynamodb import DynamoDbLedger
from platform_guard.remediation.protection_lookup import Account, EcrProtectionLookup

if TYPE_CHECKING:
    from platform_guard.aws.clients import Clients


class RemediatorFactory:
    """Holds the clients, ledger and caches that all repositories share."""

    def __init__(
        self, clients: "Clients", environment: Mapping[str, str], policies: Policies
    ) -> None:
        self._clients = clients
        self._environment = environment
        self._policies = policies
        # Both cache their lookups.
        self._account = Account(clients.adaptive)
        self._caches = PullThroughCaches(clients.ecr, time.monotonic)

    @cached_property
    def ledger(self) -> DynamoDbLedger:
        """The ledger in the state table."""
        table = environment_variable(self._environment, "GUARD_STATE_TABLE")
        return DynamoDbLedger(self._clients.dynamodb, table)

    @cached_property
    def _schedules(self) -> Schedules:
        if not self._policies.is_destructive():
            return NoSchedules()
        return GraceSchedules(
            self._clients.scheduler,
            group=environment_variable(self._environment, "GUARD_SCHEDULE_GROUP"),
            queue_arn=environment_variable(self._environment, "GUARD_QUEUE_ARN"),
            role_arn=environment_variable(self._environment, "GUARD_SCHEDULE_ROLE_ARN"),
            dead_letters_arn=environment_variable(self._environment, "GUARD_DEAD_LETTERS_ARN"),
        )

    def remediator(
        self, images: EcrImages, publish: Callable[[Alert], None], actor: str
    ) -> Remediator:
        """Create the remediator of one repository."""
        return Remediator(
            images=images,
            ledger=self.ledger,
            schedules=self._schedules,
            protection_lookup=EcrProtectionLookup(images, self._account, self._caches),
            publish=publish,
            now=lambda: datetime.now(UTC),
            actor=actor,
        )
