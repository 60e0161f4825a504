"""Stopped tasks with evidence, one for each diagnosis that there is, and the alerts about them."""

from dataclasses import replace

from platform_guard.alerts import Alert
from platform_guard.diagnosis import alert_about_stop, diagnose
from platform_guard.evidence import (
    NO_EVIDENCE,
    AwsvpcConfiguration,
    CacheRule,
    Deed,
    Egress,
    Endpoint,
    Evidence,
    GuardDeeds,
    NearbyTag,
    Network,
    NotSeen,
    PullingRole,
    RoleKind,
    Service,
    StoredRepository,
    StoredTag,
    TagState,
    TaskDefinition,
)
from platform_guard.platforms import Platform
from platform_guard.pull_failures import exec_format_suspects
from platform_guard.task_stops import LaunchType, TaskStop
from tests.support.images import attestation, image, index, listed_attestation, listed_image
from tests.support.stops import ARM64, failure_of, stop_of, stop_with, stored

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
MISMATCH = Evidence(DEFINITION, stored(ARM64_INDEX), PRESENT, MUTABLE, GuardDeeds())
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
NETWORK_OF_HOST = NotSeen("the network of the task", "the host pulls through its own network")
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
    """Word a refusal as IAM does."""
    role = "arn:aws:sts::123456789012:assumed-role/shop-execution/0a4f1c2ab09d6e4e"
    return (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        f"AccessDeniedException: User: {role} is not authorized to perform: ecr:{action} on "
        f"resource: * {how}"
    )


CASES: dict[str, tuple[TaskStop, Evidence]] = {
    "platform-mismatch": (stop_of("fargate-platform-mismatch"), MISMATCH),
    "platform-mismatch-without-evidence": (stop_of("fargate-platform-mismatch"), NO_EVIDENCE),
    "platform-mismatch-not-seen": (
        stop_of("fargate-platform-mismatch"),
        Evidence(
            task_definition=NotSeen("the task definition", "AccessDeniedException"),
            image=NotSeen("the image in ECR", "no answer within 15 seconds"),
        ),
    ),
    "platform-mismatch-immutable": (
        stop_of("ec2-platform-mismatch"),
        replace(MISMATCH, repository=IMMUTABLE),
    ),
    "platform-mismatch-marked": (
        stop_of("ec2-platform-mismatch"),
        replace(MISMATCH, repository=IMMUTABLE, guard_deeds=GuardDeeds((GUARD_MARK,))),
    ),
    "platform-mismatch-windows": (
        replace(
            stop_with(
                "CannotPullContainerError: container operating system does not match the host "
                "operating system"
            ),
            platform_family="Windows Server 2022 Core",
        ),
        replace(
            MISMATCH,
            task_definition=replace(DEFINITION, operating_system_family=WINDOWS),
            image=stored(BOTH, WINDOWS_2022),
        ),
    ),
    "platform-mismatch-code-deploy": (
        stop_of("fargate-platform-mismatch"),
        replace(MISMATCH, service=replace(SERVICE, deployment_controller="CODE_DEPLOY")),
    ),
    "platform-mismatch-external": (
        stop_of("fargate-platform-mismatch"),
        replace(MISMATCH, service=replace(SERVICE, deployment_controller="EXTERNAL")),
    ),
    "platform-mismatch-standalone": (stop_of("fargate-platform-mismatch-standalone"), MISMATCH),
    "platform-mismatch-sidecars": (stop_of("fargate-platform-mismatch-sidecars"), NO_EVIDENCE),
    "platform-mismatch-pinned": (
        stop_with(
            "CannotPullContainerError: image Manifest does not contain descriptor matching "
            "platform 'linux/amd64'",
            f"{API.removesuffix(':1.4.2')}@{ARM64_INDEX.digest}",
        ),
        replace(MISMATCH, task_definition=replace(DEFINITION, image=f"{API}@{ARM64_INDEX.digest}")),
    ),
    "platform-mismatch-contradicted": (
        stop_of("fargate-platform-mismatch-arm64"),
        Evidence(
            task_definition=DEFINITION,
            image=stored(BOTH, ARM64, tag="0.9.0"),
            tag=StoredTag(TagState.MOVED, BOTH.digest, "2026-11-24T10:05:00Z"),
        ),
    ),
    "exec-format": (
        stop_of("fargate-exec-format"),
        replace(MISMATCH, image=stored(image("linux/arm64"), tag="2.0.0")),
    ),
    "attestation-pulled": (
        stop_with(
            "CannotPullContainerError: ref pull has been retried 1 time(s): failed to unpack image "
            "on snapshotter overlayfs: failed to get stream processor for "
            "application/vnd.in-toto+json: no processor for media-type: unknown"
        ),
        replace(MISMATCH, image=stored(attestation())),
    ),
    "unsupported-manifest": (
        stop_with(
            "CannotPullContainerError: Error response from daemon: not implemented: media type "
            '"application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported '
            "since containerd v2.1, please rebuild the image"
        ),
        NO_EVIDENCE,
    ),
    "image-not-found": (
        stop_of("fargate-image-not-found"),
        Evidence(
            tag=StoredTag(
                TagState.MISSING,
                closest=(NearbyTag("1.4.2", ARM64_INDEX.digest, "2026-11-24T09:00:00Z"),),
            ),
            repository=MUTABLE,
        ),
    ),
    "image-not-found-quarantined": (
        stop_of("fargate-image-not-found"),
        Evidence(
            tag=StoredTag(TagState.MISSING),
            guard_deeds=GuardDeeds(
                (GUARD_MARK,),
                (
                    Deed(
                        "2026-11-24T09:03:00Z",
                        "quarantined: its tag 1.4.3 was taken away",
                        "it holds linux/arm64, but nothing that runs on linux/amd64",
                    ),
                ),
            ),
        ),
    ),
    "image-not-found-archived": (
        stop_of("fargate-image-not-found"),
        Evidence(tag=StoredTag(TagState.ARCHIVED, ARM64_INDEX.digest, "2026-01-05T09:00:00Z")),
    ),
    "image-not-found-archived-digest": (
        stop_with(
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to "
            f"resolve ref {BY_DIGEST}: {BY_DIGEST}: not found",
            BY_DIGEST,
        ),
        Evidence(tag=StoredTag(TagState.ARCHIVED, ARM64_INDEX.digest, "2026-01-05T09:00:00Z")),
    ),
    "image-not-found-cached": (
        stop_with(
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to "
            f"resolve ref {NGINX}: {NGINX}: not found",
            NGINX,
        ),
        Evidence(
            task_definition=DEFINITION,
            repository=StoredRepository(exists=False),
            cache=CacheRule("docker-hub"),
        ),
    ),
    "image-not-found-cached-elsewhere": (
        stop_with(
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to "
            f"resolve ref {NGINX_OF_OTHERS}: {NGINX_OF_OTHERS}: not found",
            NGINX_OF_OTHERS,
        ),
        Evidence(task_definition=DEFINITION),
    ),
    "platform-mismatch-cached": (
        stop_with(
            "CannotPullContainerError: image Manifest does not contain descriptor matching "
            "platform 'linux/amd64'",
            NGINX,
        ),
        replace(MISMATCH, repository=IMMUTABLE, cache=CacheRule("docker-hub")),
    ),
    "image-not-found-restoring": (
        stop_of("fargate-image-not-found"),
        Evidence(tag=StoredTag(TagState.RESTORING, ARM64_INDEX.digest, "2026-01-05T09:00:00Z")),
    ),
    "image-not-found-no-repository": (
        stop_of("fargate-image-not-found"),
        Evidence(repository=StoredRepository(exists=False)),
    ),
    "image-not-found-elsewhere": (
        stop_with(
            "CannotPullContainerError: Error response from daemon: pull access denied for "
            "some/nonsense, repository does not exist or may require 'docker login': denied: "
            "requested access to the resource is denied",
            "some/nonsense:1",
        ),
        NO_EVIDENCE,
    ),
    "access-denied": (
        stop_of("fargate-access-denied-cross-account"),
        Evidence(task_definition=DEFINITION, role=ROLE),
    ),
    "access-denied-layers": (
        stop_with(
            "CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: "
            "httpReadSeeker: failed open: unexpected status code "
            "https://prod-eu-central-1-starport-layer-bucket.s3.eu-central-1.amazonaws.com/1a2b: "
            "403 Forbidden",
            API,
        ),
        Evidence(task_definition=DEFINITION, role=ROLE),
    ),
    "access-denied-endpoint-policy": (
        stop_with(denied("because no VPC endpoint policy allows the action"), API),
        Evidence(task_definition=DEFINITION, role=ROLE),
    ),
    "access-denied-organization": (
        stop_with(denied("with an explicit deny in a service control policy"), API),
        Evidence(task_definition=DEFINITION, role=ROLE),
    ),
    "access-denied-cache": (
        stop_with(
            denied("because no identity-based policy allows it", "BatchImportUpstreamImage"), NGINX
        ),
        Evidence(task_definition=DEFINITION, role=ROLE),
    ),
    "access-denied-instance": (
        stop_with(
            denied("because no identity-based policy allows it").replace(
                "shop-execution/0a4f1c2ab09d6e4e", "ecsInstanceRole/i-0a1b2c3d4e5f60718"
            ),
            API,
            "ec2-platform-mismatch",
        ),
        Evidence(task_definition=replace(DEFINITION, execution_role_arn=""), role=INSTANCE_ROLE),
    ),
    "registry-auth": (
        stop_of("fargate-registry-auth"),
        Evidence(task_definition=DEFINITION, role=ROLE, network=CLOSED),
    ),
    "registry-auth-elsewhere": (
        stop_with(
            "CannotPullContainerError: Error response from daemon: Get "
            "https://ghcr.io/v2/shop/api/manifests/1: unauthorized: authentication required",
            "ghcr.io/shop/api:1",
        ),
        Evidence(task_definition=replace(DEFINITION, repository_credentials="shop/ghcr")),
    ),
    "rate-limited": (stop_of("ec2-rate-limited-docker-hub"), NO_EVIDENCE),
    "rate-limited-github": (
        stop_with(LIMITED, "ghcr.io/acme/tool:1"),
        Evidence(task_definition=DEFINITION),
    ),
    "rate-limited-ecr-public": (
        stop_with(LIMITED, "public.ecr.aws/nginx/nginx:1"),
        Evidence(task_definition=DEFINITION),
    ),
    "rate-limited-elsewhere": (
        stop_with(LIMITED, "registry.example.com:5000/acme/tool:1"),
        Evidence(task_definition=DEFINITION),
    ),
    "network-registry-ecr-public": (
        stop_with(
            "CannotPullContainerError: failed to resolve ref public.ecr.aws/nginx/nginx:1: failed "
            'to do request: Head "https://public.ecr.aws/v2/nginx/nginx/manifests/1": dial tcp '
            "75.2.101.78:443: i/o timeout",
            "public.ecr.aws/nginx/nginx:1",
        ),
        Evidence(network=CLOSED),
    ),
    "network-registry": (
        stop_with(
            f"CannotPullContainerError: failed to resolve ref {API}: failed to do request: Head "
            '"https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/shop/api/manifests/1": '
            "dial tcp 10.0.3.17:443: i/o timeout"
        ),
        Evidence(network=CLOSED),
    ),
    "network-registry-no-public-address": (
        stop_with(
            f"CannotPullContainerError: failed to resolve ref {API}: failed to do request: Head "
            '"https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/shop/api/manifests/1": '
            "dial tcp 3.120.1.2:443: i/o timeout"
        ),
        Evidence(network=PUBLIC, service=SERVICE),
    ),
    "network-registry-no-public-address-service-not-seen": (
        stop_with(
            f"CannotPullContainerError: failed to resolve ref {API}: failed to do request: Head "
            '"https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/shop/api/manifests/1": '
            "dial tcp 3.120.1.2:443: i/o timeout"
        ),
        Evidence(network=PUBLIC, service=NotSeen("the service of the task", "AccessDenied")),
    ),
    "network-registry-instance": (
        stop_with(UNREACHABLE, API, "ec2-platform-mismatch"),
        Evidence(network=NETWORK_OF_HOST),
    ),
    "network-registry-host": (
        replace(
            stop_with(UNREACHABLE, API, "ec2-platform-mismatch"), launch_type=LaunchType.EXTERNAL
        ),
        Evidence(network=NETWORK_OF_HOST),
    ),
    "network-registry-no-endpoints": (
        stop_with(UNREACHABLE, API),
        Evidence(network=replace(CLOSED, endpoints=()), service=SERVICE),
    ),
    "network-registry-tls": (
        stop_with(
            f"CannotPullContainerError: failed to resolve ref {API}: failed to do request: Head "
            '"https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/shop/api/manifests/1": '
            "tls: failed to verify certificate: x509: certificate signed by unknown authority"
        ),
        NO_EVIDENCE,
    ),
    "network-layers": (stop_of("fargate-network-layers"), Evidence(network=CLOSED)),
    "network-layers-elsewhere": (
        stop_with(
            "CannotPullContainerError: failed to copy: httpReadSeeker: failed open: failed to do "
            'request: Get "https://production.cloudflare.docker.com/registry-v2/docker/blobs": '
            "dial tcp 104.16.1.1:443: i/o timeout",
            "redis:7",
        ),
        NO_EVIDENCE,
    ),
    "network-dns": (
        stop_with(
            f"CannotPullContainerError: failed to resolve ref {API}: failed to do request: Head "
            '"https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/shop/api/manifests/1": '
            "dial tcp: lookup 123456789012.dkr.ecr.eu-central-1.amazonaws.com on 10.0.0.2:53: "
            "no such host"
        ),
        Evidence(network=CLOSED),
    ),
    "disk-full": (
        stop_of("fargate-windows-disk-full"),
        Evidence(task_definition=replace(DEFINITION, operating_system_family=WINDOWS)),
    ),
    "disk-full-ec2": (
        replace(
            stop_with("CannotPullContainerError: write /var/lib/docker/x: no space left on device"),
            launch_type=LaunchType.EC2,
        ),
        NO_EVIDENCE,
    ),
    "disk-full-managed-instances": (
        replace(
            stop_with("CannotPullContainerError: write /var/lib/docker/x: no space left on device"),
            launch_type=LaunchType.MANAGED_INSTANCES,
            capacity_provider="machines",
        ),
        NO_EVIDENCE,
    ),
    "unpack-failed": (
        stop_with(
            'CannotPullContainerError: containerd: pull command failed: level=info msg="apply '
            'failure, attempting cleanup" error="failed to extract layer sha256:e246: write /var...'
        ),
        Evidence(task_definition=DEFINITION),
    ),
    "canceled": (stop_with("CannotPullContainerError: context canceled"), NO_EVIDENCE),
    "unknown": (stop_of("fargate-truncated"), NO_EVIDENCE),
}


def alert_of(name: str) -> Alert:
    """Give the alert about a case."""
    stop, evidence = CASES[name]
    suspects = exec_format_suspects(stop)
    failure = suspects[0] if suspects else failure_of(stop)
    return alert_about_stop(stop, failure, diagnose(stop, failure, evidence))
