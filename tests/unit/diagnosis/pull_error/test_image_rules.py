"""Wordings of errors about image, host and task, and texts without a known cause."""

import pytest

from platform_guard.diagnosis.pull_error.classifier import Cause, classify
from tests.support.wordings import COPY, DAEMON, DIGEST, ECR, RETRIEVAL, SECRETS, error_case

PLATFORM = [
    error_case(
        "CannotPullContainerErrorfailed to find a descriptor for platform {linux/amd64}",
        Cause.PLATFORM_MISMATCH,
        "Fargate 1.4 in 2020, no colon",
    ),
    error_case(
        "CannotPullContainerError: inspect image has been retried 1 time(s): failed to find a "
        "descriptor for platform {0xc0004a5a40 0xc0004a5a60}",
        Cause.PLATFORM_MISMATCH,
        "Fargate 1.4 in 2021, Go pointers",
    ),
    error_case(
        "image with reference docker.io/postgis/postgis:16-3.4 was found but does not match the "
        "specified platform: wanted linux/arm64, actual: linux/amd64",
        Cause.PLATFORM_MISMATCH,
        "moby daemon/images/image.go",
    ),
    error_case(
        f"no match for platform in manifest {DIGEST}: not found",
        Cause.PLATFORM_MISMATCH,
        "containerd images.Manifest",
    ),
    error_case(
        'no image found in image index for architecture "amd64", variant "", OS "linux"',
        Cause.PLATFORM_MISMATCH,
        "podman and skopeo",
    ),
    error_case(
        "no child with platform linux/amd64 in index docker.io/library/app:1",
        Cause.PLATFORM_MISMATCH,
        "crane",
    ),
    error_case(
        "standard_init_linux.go:228: exec user process caused: exec format error",
        Cause.EXEC_FORMAT,
        "runc 1.0",
    ),
    error_case(
        "CannotStartContainerError: Error response from daemon: exec /app: exec format error",
        Cause.EXEC_FORMAT,
        "EC2 agent",
    ),
]

MANIFEST = [
    error_case(
        "The image manifest, config or layer media type for the source image "
        f"{ECR}/app@{DIGEST} is not supported.",
        Cause.UNSUPPORTED_MANIFEST,
        "Lambda",
    ),
    error_case(
        "Unsupported manifest media type application/vnd.oci.image.index.v1+json",
        Cause.UNSUPPORTED_MANIFEST,
        "SageMaker",
    ),
    error_case(
        "manifest unknown: OCI index found, but accept header does not support OCI indexes",
        Cause.UNSUPPORTED_MANIFEST,
        "distribution registry/handlers/manifests.go",
    ),
    error_case(
        'Encountered remote "application/vnd.cncf.helm.config.v1+json"(unknown) when fetching',
        Cause.UNSUPPORTED_MANIFEST,
        "moby distribution/errors.go",
    ),
    error_case(
        'Encountered remote "application/vnd.in-toto+json"(unknown) when fetching',
        Cause.ATTESTATION_PULLED,
        "moby distribution/errors.go",
    ),
    error_case(
        "failed to extract layer sha256:c023: failed to get stream processor for "
        "application/vnd.cncf.helm.chart.content.v1.tar+gzip: no processor for media-type: unknown",
        Cause.UNSUPPORTED_MANIFEST,
        "containerd diff",
    ),
    error_case(
        "[DEPRECATION NOTICE] Docker Image Format v1 and Docker Image manifest version 2, schema 1 "
        "support is disabled by default and will be removed in an upcoming release.",
        Cause.UNSUPPORTED_MANIFEST,
        "moby 26",
    ),
]

HOST = [
    error_case(
        "failed to extract layer sha256:1717: mount callback failed on /var/lib/mount0252: write "
        "/var/lib/mount0252/usr/bin/perror: no space left on device: unknown",
        Cause.DISK_FULL,
        "containerd",
    ),
    error_case(
        "failed to register layer: devmapper: Thin Pool has 1423 free data blocks which is less "
        "than minimum required 163840 free data blocks.",
        Cause.DISK_FULL,
        "moby devicemapper",
    ),
    error_case(
        "failed to extract layer sha256:1717: mount callback failed on /var/lib/containerd/tmp: "
        "archive/tar: invalid tar header: unknown",
        Cause.UNPACK_FAILED,
        "containerd",
    ),
    error_case(
        "failed to register layer: Error processing tar file(exit status 1): lchown /x: invalid "
        "argument",
        Cause.UNPACK_FAILED,
        "moby, user namespaces",
    ),
    error_case(
        f"failed to extract layer sha256:1e60: failed to get reader from content store: content "
        f"digest {DIGEST}: not found",
        Cause.UNPACK_FAILED,
        "containerd, local content lost",
    ),
    error_case(
        f"{DAEMON}filesystem layer verification failed for digest {DIGEST}",
        Cause.UNPACK_FAILED,
        "moby distribution",
    ),
    error_case(f"{DAEMON}max depth exceeded", Cause.UNPACK_FAILED, "moby layer store"),
    error_case(
        "failed to register layer: re-exec error: exit status 1: output: ProcessUtilityVMImage "
        "C:\\x: The system cannot find the path specified.",
        Cause.UNPACK_FAILED,
        "moby on Windows",
    ),
    error_case(
        "CannotCreateContainerError: API error (500): devmapper: Thin Pool has 4350 free data "
        "blocks which is less than minimum required 4454 free data blocks. Create more free space "
        "in thin pool or use dm.min_free_space option to change behavior",
        Cause.DISK_FULL,
        "ECS developer guide",
    ),
    error_case(
        "DockerTimeoutError: Could not transition to pulled; timed out after waiting 2h0m0s",
        Cause.CANCELED,
        "EC2 agent dockerapi/errors.go",
    ),
    error_case(
        "CannotPullContainerError: inactivity time exceeded timeout while pulling image",
        Cause.CANCELED,
        "EC2 agent",
    ),
]

NOT_A_PULL = [
    error_case(
        f"{RETRIEVAL}unable to retrieve secret from asm: service call has been retried 1 time(s): "
        "failed to fetch secret arn:aws:secretsmanager:us-west-2:111122223333:secret:x from secrets"
        " manager: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/exec/2 is "
        "not authorized to perform: secretsmanager:GetSecretValue",
        Cause.NOT_A_PULL_ERROR,
        "Fargate 1.4 before 2024",
    ),
    error_case(
        "(service web) was unable to place a task. Reason: ResourceInitializationError: failed to "
        "validate logger args: The task cannot find the Amazon CloudWatch log group defined in the "
        "task definition. There is a connection issue between the task and Amazon CloudWatch. Check"
        " your network configuration. : signal: killed.",
        Cause.NOT_A_PULL_ERROR,
        "Fargate 1.4 since 2024",
    ),
    error_case(
        "DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s",
        Cause.NOT_A_PULL_ERROR,
        "EC2 agent dockerapi/errors.go",
    ),
    error_case("Essential container in task exited", Cause.NOT_A_PULL_ERROR, "ECS"),
    error_case("Task stopped by user", Cause.NOT_A_PULL_ERROR, "ECS"),
    error_case(
        "Host EC2 (instance i-0123456789abcdef0) terminated.", Cause.NOT_A_PULL_ERROR, "ECS"
    ),
    error_case("Your Spot Task was interrupted.", Cause.NOT_A_PULL_ERROR, "Fargate Spot"),
    error_case(
        "Amazon ECS is performing maintenance on the underlying infrastructure hosting the task.",
        Cause.NOT_A_PULL_ERROR,
        "Fargate, task retirement",
    ),
    error_case(
        "Timeout waiting for EphemeralStorage provisioning to complete.",
        Cause.NOT_A_PULL_ERROR,
        "Fargate",
    ),
    error_case(
        "Unexpected EC2 error while attempting to Create Network Interface in subnet 'subnet-1': "
        "InsufficientFreeAddressesInSubnet",
        Cause.NOT_A_PULL_ERROR,
        "Fargate",
    ),
    error_case(
        "(service web) was unable to place a task because your account is currently blocked.",
        Cause.NOT_A_PULL_ERROR,
        "ECS, service event",
    ),
]

UNKNOWN = [
    error_case("", Cause.UNKNOWN, "nothing"),
    error_case("Task failed to start", Cause.UNKNOWN, "ECS, before the reason"),
    error_case(f"{SECRETS}", Cause.UNKNOWN, "secrets or registry auth, not specific"),
    error_case(
        f"{COPY}httpReaderSeeker: failed open: unexpected status code",
        Cause.UNKNOWN,
        "ECS developer guide, without a status",
    ),
    error_case(
        f"{DAEMON}received unexpected HTTP status: 500 Internal Server Error",
        Cause.UNKNOWN,
        "registry, no reason",
    ),
    error_case(
        f"{COPY}httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2"
        f"/library/python/manifests/{DIGEST}: 502 Bad Gateway",
        Cause.UNKNOWN,
        "registry, no reason",
    ),
    error_case(f"{DAEMON}invalid reference format", Cause.UNKNOWN, "no cause for it"),
    error_case(
        'failed commit on ref "layer-sha256:3690": unexpected commit size 5674492, expected 2312958'
        ": unknown",
        Cause.UNKNOWN,
        "containerd, network or registry",
    ),
    error_case(
        f"{COPY}failed to extract layer sha256:7c52: write /var/lib/containerd/fs/usr/l",
        Cause.UNKNOWN,
        "unpacking, truncated before the reason",
    ),
    error_case(
        "CannotPullContainerError: dial tcp 52.1.2.3:443: i/o timeout",
        Cause.UNKNOWN,
        "registry or layers, not specific",
    ),
    error_case(
        "CannotCreateContainerError: Error response from daemon: No such image: app:1",
        Cause.UNKNOWN,
        "EC2 agent, without a reason",
    ),
    error_case("dial tcp: lookup db.internal: no such host", Cause.UNKNOWN, "an application log"),
    error_case("connect: connection refused", Cause.UNKNOWN, "an application log"),
    error_case(
        "User: arn:aws:iam::111122223333:user/x is not authorized to perform: s3:GetObject",
        Cause.UNKNOWN,
        "an application log",
    ),
]


@pytest.mark.parametrize(("text", "cause"), [*PLATFORM, *MANIFEST, *HOST, *NOT_A_PULL, *UNKNOWN])
def test_a_wording_about_image_host_or_task_has_its_cause(text: str, cause: Cause) -> None:
    assert classify(text).cause == cause
