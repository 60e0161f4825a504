"""The emulated AWS account, which exists in this process while its context is open."""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from unittest.mock import patch

import boto3
from moto import mock_aws
from moto.ecr.models import ecr_backends
from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from platform_guard_emulator.calls import (
    ApiCall,
    CallGate,
    Principal,
    condition_keys,
    gate_on_every_client,
    with_key_permissions,
)
from platform_guard_emulator.ecr.downloads import DownloadServer
from platform_guard_emulator.ecr.events import ImageEvent
from platform_guard_emulator.ecr.operations import Registry
from platform_guard_emulator.ecr.responses import emulated_ecr
from platform_guard_emulator.ecr.store import ImageStore
from platform_guard_emulator.event_bus import deliver
from platform_guard_emulator.iam.permissions import Permission, Scope
from platform_guard_emulator.runtime import Credentials
from platform_guard_emulator.schedules import fire_due_schedules
from platform_guard_emulator.sdk import shared_service_models
from platform_guard_emulator.shortcuts import memoized, moto_shortcuts
from platform_guard_emulator.topics import PublishedMessage, recorded_messages

_ADMINISTRATOR = "AKIALOCALADMIN000000"
_OBSERVED = "AKIALOCALOBSERVED000"


class LocalAws(AbstractContextManager["LocalAws"]):
    """An emulated AWS account. Not thread-safe.

    `client` creates boto3 clients of an administrator. `observed_client` creates clients with the
    same rights, but their calls are recorded and can be made to fail, like those of a role.
    """

    def __init__(
        self,
        region: str = "eu-central-1",
        account: str = "123456789012",
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self.region = region
        self.account = account
        self.clock = clock
        self._new_id = new_id
        self._gate = CallGate(account)
        self._resources = ExitStack()
        self._downloads = DownloadServer()
        self._resources.callback(self._downloads.stop)
        self._registry = Registry(clock, new_id, self._emit_image_event, self._downloads)

    def __enter__(self) -> Self:
        environment = {
            "MOTO_ACCOUNT_ID": self.account,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            # Otherwise the first EC2 call creates two thousand AMIs.
            "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
        }
        self._resources.enter_context(patch.dict("os.environ", environment))
        self._resources.enter_context(mock_aws(config={"lambda": {"use_docker": False}}))
        self._resources.enter_context(emulated_ecr(self._registry))
        self._resources.enter_context(shared_service_models())
        self._resources.enter_context(moto_shortcuts())
        self._resources.enter_context(gate_on_every_client(self._gate))
        self.published: list[PublishedMessage] = self._resources.enter_context(recorded_messages())
        administrator = boto3.Session(_ADMINISTRATOR, "secret", region_name=self.region)
        self.client = memoized(administrator.client)
        self._gate.principals[_OBSERVED] = Principal("observed", policies=None)
        self.observed_client = boto3.Session(_OBSERVED, "secret", region_name=self.region).client
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._resources.close()

    @property
    def calls(self) -> list[ApiCall]:
        """The calls of roles and observed clients so far, in order. May be cleared."""
        return self._gate.calls

    @property
    def requested_permissions(self) -> list[tuple[str, Permission]]:
        """The role name and permission of each check of a role, in order. May be cleared."""
        return self._gate.requested_permissions

    @property
    def denied_permissions(self) -> list[Permission]:
        """The permissions that roles requested and do not have, in order. May be cleared."""
        return self._gate.denied_permissions

    @property
    def downloads(self) -> list[str]:
        """The digests of the blobs downloaded so far, in order. May be cleared."""
        return self._downloads.served

    @contextmanager
    def raise_on_denial(self) -> Iterator[None]:
        """Raise `Denied` at the first denied permission of a role while the context is open."""
        self._gate.raises_on_denial = True
        try:
            yield
        finally:
            self._gate.raises_on_denial = False

    def fail(self, operation: str, error_code: str, times: int = 1, *, after: int = 0) -> None:
        """Make the next `times` calls of an operation (`PutImage`) fail with an AWS error code.

        The first `after` calls still succeed. `CALL_TIMEOUT` as the code makes the calls time out.
        Only recorded calls fail. The error is raised at once, as if the SDK's retries were used
        up, so that no test sleeps.
        """
        self._gate.fail(operation, error_code, times, after)

    def clear_failures(self) -> None:
        """Cancel all failures that were set up by `fail`."""
        self._gate.clear_failures()

    def emit(self, event: dict[str, object]) -> None:
        """Put a complete event, with its id and time, on the default bus as an AWS service does."""
        deliver(event, self.account, str(event.get("region", self.region)))

    def declare_layers(
        self, repository: str, digests: Iterable[str], *, region: str | None = None
    ) -> None:
        """Declare blobs as uploaded without their content.

        GetDownloadUrlForLayer returns a URL for them that answers 410 Gone.
        """
        store = self._store(repository, region)
        for digest in digests:
            store.layers.declare(digest)

    def forget_layers(self, repository: str, *, region: str | None = None) -> None:
        """Delete every blob of a repository, as ECR deletes unreferenced blobs."""
        self._store(repository, region).layers.forget()

    def fire_schedules(self) -> int:
        """Invoke the targets of all schedules that are due by the clock. Return their number."""
        return fire_due_schedules(self.account, self.region, self.clock(), self.require)

    def record_pull(self, repository: str, digest: str, *, region: str | None = None) -> None:
        """Set an image's `lastRecordedPullTime` to now.

        No API call sets it here. AWS records pulls of container engines within a day and does not
        document whether a BatchGetImage call counts as a pull.
        """
        self._store(repository, region).record_pull(digest, self.clock())

    def assume_role(self, role_arn: str, session_name: str) -> Credentials:
        """Return credentials whose calls are recorded and authorized by the role's policies."""
        answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=session_name)
        wire = answer["Credentials"]
        role_name = role_arn.rsplit("/", 1)[-1]
        self._gate.principals[wire["AccessKeyId"]] = Principal(
            answer["AssumedRoleUser"]["Arn"], lambda: self._policies_of(role_name)
        )
        return Credentials(wire["AccessKeyId"], wire["SecretAccessKey"], wire["SessionToken"])

    def require(self, role_arn: str, action: str, resource: str) -> None:
        """Raise PermissionError with AWS's message if a role does not have a permission."""
        role_name = role_arn.rsplit("/", 1)[-1]
        principal = Principal(role_arn, lambda: self._policies_of(role_name))
        context = condition_keys({}, Scope(self.account, self.region))
        for permission in with_key_permissions(Permission(action, resource)):
            message = self._gate.authorize(principal, permission, context)
            if message is not None:
                raise PermissionError(message)

    def _policies_of(self, role_name: str) -> list[str]:
        role = iam_backends[self.account][get_partition(self.region)].get_role(role_name)
        managed = [
            version.document
            for policy in role.managed_policies.values()
            for version in policy.versions
            if version.is_default
        ]
        # In moto, CloudFormation stores inline policies as objects, PutRolePolicy as text.
        documents: list[object] = [*role.policies.values(), *managed]
        return [item if isinstance(item, str) else json.dumps(item) for item in documents]

    def _store(self, repository: str, region: str | None) -> ImageStore:
        backend = ecr_backends[self.account][region or self.region]
        return self._registry.store_of(backend._get_repository(repository))

    def _emit_image_event(self, event: ImageEvent) -> None:
        self.emit(event.as_event(self._new_id(), self.clock()))
