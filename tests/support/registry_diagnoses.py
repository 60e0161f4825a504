"""Stopped tasks that cannot pull their image from the registry or store it on the host."""

from dataclasses import replace

from platform_guard.diagnosis.evidence.model import (
    NO_EVIDENCE,
    CacheRule,
    Evidence,
    Unavailable,
)
from platform_guard.diagnosis.task_event import LaunchType, TaskStop
from tests.support.diagnosis_evidence import (
    API,
    CLOSED,
    DEFINITION,
    INSTANCE_ROLE,
    LIMITED,
    NETWORK_OF_HOST,
    NGINX,
    PUBLIC,
    ROLE,
    SERVICE,
    UNREACHABLE,
    WINDOWS,
    denied,
)
from tests.support.stops import stop_of, stop_with

REGISTRY_CASES: dict[str, tuple[TaskStop, Evidence]] = {
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
    "access-denied-cached": (
        stop_with(
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to "
            f"resolve ref {NGINX}: pulling from host failed with status code [manifests 1]: 403 "
            "Forbidden",
            NGINX,
        ),
        Evidence(task_definition=DEFINITION, role=ROLE, cache=CacheRule("docker-hub")),
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
        Evidence(network=PUBLIC, service=Unavailable("the service of the task", "AccessDenied")),
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
