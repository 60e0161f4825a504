"""Evidence and error texts for the diagnosis cases."""

from dataclasses import replace

from platform_guard.diagnosis.evidence.model import (
    AwsvpcConfiguration,
    Egress,
    Endpoint,
    Evidence,
    GuardHistory,
    Network,
    PullingRole,
    RoleKind,
    Service,
    StoredRepository,
    StoredTag,
    TagState,
    TaskDefinition,
    Unavailable,
)
from platform_guard.oci.platforms import Platform
from tests.support.images import index, listed_attestation, listed_image
from tests.support.stops import stored

ARM64_INDEX = index(listed_image("linux/arm64"), listed_attestation())
BOTH = index(listed_image("linux/amd64"), listed_image("linux/arm64"))
DEFINITION = TaskDefinition(
    arn="arn:aws:ecs:eu-central-1:123456789012:task-definition/shop-api:7",
    image="123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/api:1.4.2",
    cpu_architecture="X86_64",
    operating_system_family="LINUX",
    execution_role_arn="arn:aws:iam::123456789012:role/ecs/shop-execution",
    stated=frozenset({"family", "cpu", "memory", "networkMode", "executionRoleArn", "revision"}),
)
ROLE = PullingRole("arn:aws:iam::123456789012:role/ecs/shop-execution", RoleKind.EXECUTION)
INSTANCE_ROLE = PullingRole("arn:aws:iam::123456789012:role/ecsInstanceRole", RoleKind.INSTANCE)
PRESENT = StoredTag(TagState.PRESENT, ARM64_INDEX.digest, "2026-11-24T09:00:00Z")
IMMUTABLE, MUTABLE = StoredRepository(True, "IMMUTABLE"), StoredRepository(True, "MUTABLE")
MISMATCH = Evidence(DEFINITION, stored(ARM64_INDEX), PRESENT, MUTABLE, GuardHistory())
CLOSED = Network(
    vpc_id="vpc-0123456789abcdef0",
    subnet_id="subnet-0a1b2c3d4e5f60718",
    egress=Egress.NONE,
    public_ip=False,
    route_table_id="rtb-0123456789abcdef0",
    security_groups=("sg-0123456789abcdef0",),
    endpoints=(Endpoint("ecr.dkr", "vpce-0123456789abcdef0", ("sg-0fedcba9876543210",)),),
    vpc_cidr_blocks=("10.0.0.0/16",),
)
NETWORK_OF_HOST = Unavailable("the network of the task", "the host pulls through its own network")
PUBLIC = replace(CLOSED, egress=Egress.INTERNET_GATEWAY, egress_target="igw-01234567", endpoints=())
SERVICE = Service(
    network=AwsvpcConfiguration(
        subnets=("subnet-0a1b2c3d4e5f60718", "subnet-1b2c3d4e5f60718a0"),
        security_groups=("sg-0123456789abcdef0", "sg-123456789abcdef01"),
    )
)
GUARD_MARK = "platform-guard.missing-platform.1.4.3.7640df2c62da"
WINDOWS = "WINDOWS_SERVER_2022_CORE"
WINDOWS_2022 = Platform("windows", "amd64", os_version="10.0.20348")
NGINX = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/docker-hub/library/nginx:1"
NGINX_OF_OTHERS = NGINX.replace("123456789012", "210987654321")
API = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/api:1.4.2"

BY_DIGEST = f"{API.removesuffix(':1.4.2')}@{ARM64_INDEX.digest}"
UNREACHABLE = (
    f"CannotPullContainerError: failed to resolve ref {API}: failed to do request: Head "
    '"https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/shop/api/manifests/1": '
    "dial tcp 3.120.1.2:443: i/o timeout"
)
LIMITED = "CannotPullContainerError: toomanyrequests: Rate exceeded"


def denied(how: str, action: str = "GetAuthorizationToken") -> str:
    """Return an access denied error in the wording of IAM."""
    role = "arn:aws:sts::123456789012:assumed-role/shop-execution/0a4f1c2ab09d6e4e"
    return (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        f"AccessDeniedException: User: {role} is not authorized to perform: ecr:{action} on "
        f"resource: * {how}"
    )
