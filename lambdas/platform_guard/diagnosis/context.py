"""A pull failure with its evidence."""

import re
from dataclasses import dataclass
from typing import Literal

from platform_guard.diagnosis.evidence.model import (
    NO_EVIDENCE,
    CacheRule,
    Evidence,
    GuardHistory,
    Network,
    PullingRole,
    Service,
    StoredImage,
    StoredRepository,
    StoredTag,
    TagState,
    TaskDefinition,
)
from platform_guard.diagnosis.failure import PullFailure
from platform_guard.diagnosis.pull_error.classifier import Cause
from platform_guard.diagnosis.task_event import LaunchType, TaskStop
from platform_guard.diagnosis.task_platform import platform_of_task
from platform_guard.oci.image import runnable_entries
from platform_guard.oci.platforms import Platform, differs_only_in_variant, parse_platform
from platform_guard.policy.verdict import Finding, NoFinding
from platform_guard.registry.pull_through import ROOT
from platform_guard.registry.reference import Reference

# api.ecr.REGION… and ACCOUNT.dkr.ecr.REGION…, but neither public.ecr.aws nor api.ecr-public….
_PRIVATE_ECR = re.compile(r"(?<!^public)[.-]ecr(?:-fips)?[.-](?!public\.)")


@dataclass(frozen=True, slots=True)
class PullContext:
    """The input of a diagnosis. Properties are None if the evidence is missing."""

    failure: PullFailure
    stop: TaskStop | None = None
    """None if only the error text is known."""
    evidence: Evidence = NO_EVIDENCE

    @property
    def cause(self) -> Cause:
        """The cause according to the text."""
        return self.failure.cause

    @property
    def reference(self) -> Reference | None:
        """The image in ECR; None if it is not in ECR or unknown."""
        return self.failure.reference

    @property
    def is_external_registry(self) -> bool:
        """Whether the image is known to be outside ECR."""
        image, registry = self.failure.image, self.failure.error.registry or ""
        host = image.partition("/")[0] or registry
        return bool(host) and self.reference is None and not _PRIVATE_ECR.search(host)

    @property
    def is_on_fargate(self) -> bool | None:
        """Whether the task runs on Fargate; None if unknown."""
        return self.stop.is_on_fargate if self.stop else None

    @property
    def is_on_managed_instance(self) -> bool:
        """Whether the task runs on a managed instance, which does not allow login."""
        return self.stop is not None and self.stop.launch_type is LaunchType.MANAGED_INSTANCES

    @property
    def puller(self) -> Literal["task", "instance", "host"]:
        """Whose network interface pulls the image; `host` is an external instance.

        An instance uses its own, even if the task has one.
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-awsvpc-mode.html
        """
        if self.is_on_fargate is not False:
            return "task"
        is_external = self.stop is not None and self.stop.launch_type is LaunchType.EXTERNAL
        return "host" if is_external else "instance"

    @property
    def platform(self) -> Platform | None:
        """The platform that the task requires."""
        required = self.failure.error.platform
        if self.stop is None:
            return parse_platform(required) if required else None
        return platform_of_task(self.stop, self.definition, required)

    @property
    def definition(self) -> TaskDefinition | None:
        """The task definition."""
        found = self.evidence.task_definition
        return found if isinstance(found, TaskDefinition) else None

    @property
    def stored(self) -> StoredImage | None:
        """The image in ECR."""
        found = self.evidence.image
        return found if isinstance(found, StoredImage) else None

    @property
    def tag(self) -> StoredTag | None:
        """The state of the tag."""
        found = self.evidence.tag
        return found if isinstance(found, StoredTag) else None

    @property
    def repository(self) -> StoredRepository | None:
        """The repository."""
        found = self.evidence.repository
        return found if isinstance(found, StoredRepository) else None

    @property
    def guard_history(self) -> GuardHistory:
        """The guard's marks and actions on the image; empty if unknown."""
        found = self.evidence.guard_history
        return found if isinstance(found, GuardHistory) else GuardHistory()

    @property
    def cache_prefix(self) -> str:
        """The prefix of the pull-through cache that may fill the repository; empty if none."""
        found = self.evidence.cache
        return found.prefix if isinstance(found, CacheRule) else ""

    @property
    def is_cache_known(self) -> bool:
        """Whether the pull-through cache rules could be read."""
        return isinstance(self.evidence.cache, CacheRule)

    @property
    def is_cached(self) -> bool:
        """Whether a pull-through cache fills the repository, so that nothing is pushed to it."""
        return self.cache_prefix not in ("", ROOT)

    @property
    def role(self) -> PullingRole | None:
        """The role that pulls."""
        found = self.evidence.role
        return found if isinstance(found, PullingRole) else None

    @property
    def service(self) -> Service | None:
        """The service of the task."""
        found = self.evidence.service
        return found if isinstance(found, Service) else None

    @property
    def network(self) -> Network | None:
        """The network path to the registry."""
        found = self.evidence.network
        return found if isinstance(found, Network) else None

    @property
    def is_pinned(self) -> bool:
        """Whether the task definition names the image by its digest."""
        written = self.definition.image if self.definition else ""
        return "@" in (written or self.failure.image) and self.stop is not None

    @property
    def has_moved(self) -> bool:
        """Whether the tag now names another image."""
        return self.tag is not None and self.tag.state is TagState.MOVED

    @property
    def has_required_platform(self) -> bool:
        """Whether the image in ECR supports the required platform, despite the error."""
        return self.stored is not None and self.stored.verdict.name is NoFinding.COMPLIANT

    @property
    def cannot_run(self) -> bool:
        """Whether the image in ECR is known not to support the required platform."""
        match self.stored.verdict.name if self.stored else None:
            case Finding.MISLABELED:
                return True
            case Finding.MISSING_PLATFORM:
                return not self._differs_in_variant
            case _:
                return False

    @property
    def _differs_in_variant(self) -> bool:
        """Whether the image is for another variant of the required platform."""
        entries = runnable_entries(self.stored.image.entries) if self.stored else ()
        return any(
            self.platform
            and entry.platform
            and differs_only_in_variant(self.platform, entry.platform)
            for entry in entries
        )
