"""The evidence about a stopped task from the live account.

Each lookup is a value, `Unavailable` if it failed, or None if it was not tried.
"""

from dataclasses import dataclass
from enum import StrEnum

from platform_guard.oci.image import Image
from platform_guard.policy.verdict import Verdict
from platform_guard.registry.reference import Reference
from platform_guard.unavailable import Unavailable as Unavailable


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """The task definition, and what it says about the failed container."""

    arn: str
    image: str = ""
    """The image of that container as written; empty if the container does not exist."""
    cpu_architecture: str = ""
    """`X86_64` or `ARM64` from runtimePlatform; empty if not set."""
    operating_system_family: str = ""
    """Such as `LINUX` or `WINDOWS_SERVER_2022_CORE`; empty if not set."""
    execution_role_arn: str = ""
    repository_credentials: str = ""
    """The secret with registry credentials, as written."""
    ephemeral_storage_gib: int | None = None
    """None if not set: Fargate provides 20 GiB."""
    stated: frozenset[str] = frozenset()
    """The RegisterTaskDefinition parameters that it sets; empty if unknown."""


@dataclass(frozen=True, slots=True)
class StoredImage:
    """The image in ECR now."""

    reference: Reference
    """Includes the digest."""
    image: Image
    verdict: Verdict
    """The verdict for only the required platform, with an index allowed."""
    pushed_at: str = ""
    """ISO 8601."""


class TagState(StrEnum):
    """The state in ECR of the tag or digest that was pulled."""

    PRESENT = "present"
    MOVED = "moved"
    """The tag exists and names a different image from the one that was pulled."""
    MISSING = "missing"
    ARCHIVED = "archived"
    RESTORING = "restoring"
    """Being restored from the archive, which takes up to 20 minutes."""


@dataclass(frozen=True, slots=True)
class NearbyTag:
    """A similar tag."""

    name: str
    digest: str
    pushed_at: str
    """ISO 8601."""


@dataclass(frozen=True, slots=True)
class StoredTag:
    """The tag that was pulled, or the digest if the image was pulled without a tag."""

    state: TagState
    digest: str = ""
    """The digest it names now; empty if missing."""
    pushed_at: str = ""
    """ISO 8601; empty if missing."""
    closest: tuple[NearbyTag, ...] = ()
    """Similar tags if it is missing, most likely first."""


@dataclass(frozen=True, slots=True)
class StoredRepository:
    """The repository, existing or not."""

    exists: bool
    tag_mutability: str = ""
    """`MUTABLE`, `IMMUTABLE`, or one of these with `_WITH_EXCLUSION`."""


@dataclass(frozen=True, slots=True)
class GuardAction:
    """One action of the guard on the image."""

    at: str
    """ISO 8601."""
    sentence: str
    """What was done, such as `quarantined: its tag 1.4.2 was removed`."""
    reason: str
    """Why, as a clause."""
    made_unavailable: bool = True
    """Whether it removed the image or its tag and was not undone."""


@dataclass(frozen=True, slots=True)
class GuardHistory:
    """The guard's marks and actions on an image."""

    marks: tuple[str, ...] = ()
    """Its marks among the tags of the image."""
    actions: tuple[GuardAction, ...] = ()
    """From the ledger, oldest first."""


class RoleKind(StrEnum):
    """The kind of role that pulls the image."""

    EXECUTION = "execution role"
    INSTANCE = "instance role"


@dataclass(frozen=True, slots=True)
class PullingRole:
    """The role that requests the image from ECR."""

    arn: str
    kind: RoleKind


@dataclass(frozen=True, slots=True)
class AwsvpcConfiguration:
    """The network configuration of a service (ECS API, AwsVpcConfiguration)."""

    subnets: tuple[str, ...]
    security_groups: tuple[str, ...] = ()
    """Empty if tasks get the default group of the VPC."""
    assigns_public_ip: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """The service of a task."""

    deployment_controller: str = "ECS"
    """`ECS`, `CODE_DEPLOY` or `EXTERNAL`. ECS API, DeploymentController."""
    network: AwsvpcConfiguration | None = None
    """None if tasks have no network interface of their own."""


@dataclass(frozen=True, slots=True)
class CacheRule:
    """The pull-through cache rule of the repository."""

    prefix: str
    """The repository prefix, or `ROOT`; empty if no rule applies."""


class Egress(StrEnum):
    """The kind of the default route of a subnet."""

    INTERNET_GATEWAY = "internet gateway"
    NAT_GATEWAY = "NAT gateway"
    OTHER = "other"
    """A transit gateway, network interface or firewall, which is not inspected further."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A VPC endpoint of one service."""

    service: str
    """`ecr.api`, `ecr.dkr` or `s3`."""
    endpoint_id: str
    security_groups: tuple[str, ...] = ()
    """Security groups of an interface endpoint."""
    reaches_subnet: bool = True
    """Whether a gateway endpoint is in the route table of the task's subnet."""


@dataclass(frozen=True, slots=True)
class Network:
    """The network path from the task to the registry."""

    vpc_id: str
    subnet_id: str
    egress: Egress
    egress_target: str = ""
    """The target id of the default route."""
    public_ip: bool | None = None
    """Whether the task has one; None if unknown."""
    route_table_id: str = ""
    security_groups: tuple[str, ...] = ()
    """Security groups of the task's network interface."""
    endpoints: tuple[Endpoint, ...] = ()
    vpc_cidr_blocks: tuple[str, ...] = ()
    """The IPv4 addresses of the VPC, such as `10.0.0.0/16`."""

    def endpoint(self, service: str) -> Endpoint | None:
        """Return the endpoint of a service, such as `ecr.dkr`; None if there is none.

        If there are several, one that reaches the subnet.
        """
        found = [endpoint for endpoint in self.endpoints if endpoint.service == service]
        reaching = (endpoint for endpoint in found if endpoint.reaches_subnet)
        return next(reaching, found[0] if found else None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The results of all lookups."""

    task_definition: TaskDefinition | Unavailable | None = None
    image: StoredImage | Unavailable | None = None
    tag: StoredTag | Unavailable | None = None
    repository: StoredRepository | Unavailable | None = None
    guard_history: GuardHistory | Unavailable | None = None
    ledger: Unavailable | None = None
    """Set if the ledger could not be read; its content is in `guard_history`."""
    cache: CacheRule | Unavailable | None = None
    role: PullingRole | Unavailable | None = None
    service: Service | Unavailable | None = None
    network: Network | Unavailable | None = None

    @property
    def unavailable(self) -> tuple[Unavailable, ...]:
        """The failed lookups."""
        looked_up = (
            self.task_definition,
            self.image,
            self.tag,
            self.repository,
            self.guard_history,
            self.ledger,
            self.cache,
            self.role,
            self.service,
            self.network,
        )
        return tuple(item for item in looked_up if isinstance(item, Unavailable))


NO_EVIDENCE = Evidence()
"""No lookup was tried."""
