"""What was looked up in the live account about a task that stopped.

Each lookup is a value, `Unavailable` where it was tried in vain, or None if nobody tried.
"""

from dataclasses import dataclass
from enum import StrEnum

from platform_guard.oci.image import Image
from platform_guard.policy.verdict import Verdict
from platform_guard.registry.reference import Reference
from platform_guard.unavailable import Unavailable as Unavailable


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """What a task was started from, and what it says about the container that failed."""

    arn: str
    image: str = ""
    """Of that container, as written; empty if the task definition has no such container."""
    cpu_architecture: str = ""
    """`X86_64` or `ARM64` of its runtime platform; empty if it states none."""
    operating_system_family: str = ""
    """`LINUX`, `WINDOWS_SERVER_2022_CORE` and the like; empty if it states none."""
    execution_role_arn: str = ""
    repository_credentials: str = ""
    """The secret with credentials for a registry other than ECR, as written."""
    ephemeral_storage_gib: int | None = None
    """None if it states none: Fargate then gives 20 GiB."""
    stated: frozenset[str] = frozenset()
    """Names of the parameters of RegisterTaskDefinition that it states; empty: not looked at."""


@dataclass(frozen=True, slots=True)
class StoredImage:
    """The image in ECR now."""

    reference: Reference
    """With its digest."""
    image: Image
    verdict: Verdict
    """The verdict for only the required platform, with an index allowed."""
    pushed_at: str = ""
    """ISO 8601."""


class TagState(StrEnum):
    """What a reference leads to in ECR."""

    PRESENT = "present"
    MOVED = "moved"
    """The tag is there and names another image than the one that was to be pulled."""
    MISSING = "missing"
    ARCHIVED = "archived"
    RESTORING = "restoring"
    """On its way back from the archive, which takes up to 20 minutes."""


@dataclass(frozen=True, slots=True)
class NearbyTag:
    """A tag that someone may have meant."""

    name: str
    digest: str
    pushed_at: str
    """ISO 8601."""


@dataclass(frozen=True, slots=True)
class StoredTag:
    """The tag that was pulled, or the digest if the image was pulled without a tag."""

    state: TagState
    digest: str = ""
    """What it names now; empty if it is missing."""
    pushed_at: str = ""
    """ISO 8601; empty if it is missing."""
    closest: tuple[NearbyTag, ...] = ()
    """Where it is missing: what there is instead, the likeliest first."""


@dataclass(frozen=True, slots=True)
class StoredRepository:
    """The repository, or that there is none."""

    exists: bool
    tag_mutability: str = ""
    """`MUTABLE`, `IMMUTABLE`, or one of these with `_WITH_EXCLUSION`."""


@dataclass(frozen=True, slots=True)
class GuardAction:
    """One thing that the guard did to the image."""

    at: str
    """ISO 8601."""
    sentence: str
    """What was done, such as `quarantined: its tag 1.4.2 was removed`."""
    because: str
    """Why, a clause."""
    took_it_away: bool = True
    """Whether the image could not be pulled by its tag any more, and nobody has undone that."""


@dataclass(frozen=True, slots=True)
class GuardHistory:
    """What the guard itself had to do with the image."""

    marks: tuple[str, ...] = ()
    """Its marks among the tags of the image."""
    actions: tuple[GuardAction, ...] = ()
    """From its records, the oldest first."""


class RoleKind(StrEnum):
    """As what a role pulls."""

    EXECUTION = "execution role"
    INSTANCE = "instance role"


@dataclass(frozen=True, slots=True)
class PullingRole:
    """Who asks ECR for the image."""

    arn: str
    kind: RoleKind


@dataclass(frozen=True, slots=True)
class AwsvpcConfiguration:
    """The networks that a service puts its tasks into. ECS API, AwsVpcConfiguration."""

    subnets: tuple[str, ...]
    security_groups: tuple[str, ...] = ()
    """Empty where tasks get the default one of the VPC."""
    assigns_public_ip: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """The service that a task belongs to."""

    deployment_controller: str = "ECS"
    """`ECS`, `CODE_DEPLOY` or `EXTERNAL`. ECS API, DeploymentController."""
    network: AwsvpcConfiguration | None = None
    """None if the tasks have no network interface of their own."""


@dataclass(frozen=True, slots=True)
class CacheRule:
    """Which pull-through cache may fill the repository."""

    prefix: str
    """Of the repositories that it fills, or `ROOT`; empty if none fills this one."""


class Egress(StrEnum):
    """Where the default route of a subnet leads."""

    INTERNET_GATEWAY = "internet gateway"
    NAT_GATEWAY = "NAT gateway"
    OTHER = "other"
    """A transit gateway, a network interface, a firewall: whether it reaches ECR is not seen."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A VPC endpoint of one service."""

    service: str
    """`ecr.api`, `ecr.dkr` or `s3`."""
    endpoint_id: str
    security_groups: tuple[str, ...] = ()
    """Of an interface endpoint."""
    reaches_subnet: bool = True
    """Whether a gateway endpoint is in the route table of the task's subnet."""


@dataclass(frozen=True, slots=True)
class Network:
    """The way from the task to the registry."""

    vpc_id: str
    subnet_id: str
    egress: Egress
    egress_target: str = ""
    """The id of what the default route names."""
    public_ip: bool | None = None
    """Whether the task has one; None if unknown."""
    route_table_id: str = ""
    security_groups: tuple[str, ...] = ()
    """Of the task's network interface."""
    endpoints: tuple[Endpoint, ...] = ()
    vpc_cidr_blocks: tuple[str, ...] = ()
    """The IPv4 addresses of the VPC, such as `10.0.0.0/16`."""

    def endpoint(self, service: str) -> Endpoint | None:
        """Return the endpoint of a service, such as `ecr.dkr`; None if there is none.

        Where there are several, one that reaches the subnet.
        """
        found = [endpoint for endpoint in self.endpoints if endpoint.service == service]
        reaching = (endpoint for endpoint in found if endpoint.reaches_subnet)
        return next(reaching, found[0] if found else None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was looked up."""

    task_definition: TaskDefinition | Unavailable | None = None
    image: StoredImage | Unavailable | None = None
    tag: StoredTag | Unavailable | None = None
    repository: StoredRepository | Unavailable | None = None
    guard_history: GuardHistory | Unavailable | None = None
    ledger: Unavailable | None = None
    """That the records of the guard could not be read; what they say is part of `guard_history`."""
    cache: CacheRule | Unavailable | None = None
    role: PullingRole | Unavailable | None = None
    service: Service | Unavailable | None = None
    network: Network | Unavailable | None = None

    @property
    def unavailable(self) -> tuple[Unavailable, ...]:
        """What could not be had."""
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
"""Nothing was looked up."""
