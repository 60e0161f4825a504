"""Rules for pull errors about the image, the host that unpacks it, and the task around it."""

import re

from platform_guard.diagnosis.pull_error.rule import Cause, Rule

# The agent also reports it when it creates the container.
_THIN_POOL_FULL = re.compile(r"free (?:data|metadata) blocks which is less than minimum required")

_PLATFORM = (
    Rule(
        name="cannot-be-executed",
        cause=Cause.EXEC_FORMAT,
        source="Linux, ENOEXEC; runc: exec user process caused: exec format error",
        says=("exec format error",),
    ),
    Rule(
        name="index-without-platform",
        cause=Cause.PLATFORM_MISMATCH,
        source="Fargate 1.4 since 2022; before, failed to find a descriptor for platform {…}",
        says=(
            "does not contain descriptor matching platform",
            "does not contain a descriptor for platform",
            "failed to find a descriptor for platform",
        ),
    ),
    Rule(
        name="no-matching-manifest",
        cause=Cause.PLATFORM_MISMATCH,
        source="moby distribution/pull_v2.go; containerd images.Manifest; podman; crane",
        says=(
            "no matching manifest for ",
            "no supported platform found in manifest list",
            "no match for platform in manifest",
            "no image found in image index for architecture",
            "no image found in manifest list for architecture",
            "no child with platform ",
        ),
    ),
    Rule(
        name="image-of-another-platform",
        cause=Cause.PLATFORM_MISMATCH,
        source="moby daemon/images and daemon/containerd; hcsshim 0xc0370101",
        says=(
            "does not match the specified platform",
            "does not provide the specified platform",
            "does not match the detected host platform",
            "cannot be used on this platform",
            "-based image is incompatible with a ",
            "container operating system does not match the host operating system",
        ),
    ),
)

_MANIFEST = (
    Rule(
        name="attestation-as-layer",
        cause=Cause.ATTESTATION_PULLED,
        source="containerd diff.GetProcessor; moby distribution, invalidManifestClassError",
        says=("application/vnd.in-toto+json", "vnd.docker.attestation.manifest.v1+json"),
        also=("stream processor", "no processor for", "unsupported", "encountered remote"),
    ),
    Rule(
        name="schema-1",
        cause=Cause.UNSUPPORTED_MANIFEST,
        source="containerd 2.0 and 2.1 client.Pull; moby 26 to 28, deprecation of schema 1",
        says=(
            "is no longer supported since containerd",
            "schema 1 image manifests are no longer supported",
            "schema 1 support is disabled",
            "schema 1 support has been removed",
        ),
    ),
    Rule(
        name="media-type-not-supported",
        cause=Cause.UNSUPPORTED_MANIFEST,
        source="moby distribution/errors.go; containerd diff; distribution; SageMaker; ECR",
        says=(
            "unsupported manifest media type",
            "unsupported manifest format",
            "unsupported media type",
            "mediatype in manifest should be",
            re.compile(r'encountered remote "[^"\s]{3,120}"\('),
            "no processor for media-type",
            re.compile(r"oci (?:manifest|index) found, but accept header does not support oci"),
            "unsupportedimagetypeexception",
        ),
    ),
    Rule(
        name="lambda-media-type",
        cause=Cause.UNSUPPORTED_MANIFEST,
        source="Lambda CreateFunction and UpdateFunctionCode, InvalidParameterValueException",
        says=("layer media type for the source image",),
        also=("is not supported", "are not supported"),
    ),
)

_TASK = (
    Rule(
        name="fargate-registry-auth",
        cause=Cause.REGISTRY_AUTH,
        source="Fargate 1.4, ResourceInitializationError, before and since 2024",
        says=(
            "cannot pull registry auth",
            "unable to pull registry auth",
            "unable to retrieve ecr registry auth",
            "unable to get registry auth",
        ),
        # If ECR states a reason, that is the cause. A text truncated before the reason ends here.
        unless=("is not authorized to perform: ecr:", "throttlingexception"),
    ),
    Rule(
        name="task-secrets",
        cause=Cause.NOT_A_PULL_ERROR,
        source="Fargate 1.4 and EC2 agent, ResourceInitializationError",
        says=("unable to retrieve secret", "cannot pull secrets from", "failed to fetch secret"),
    ),
    Rule(
        name="other-task-error",
        cause=Cause.NOT_A_PULL_ERROR,
        source="ECS developer guide, Stopped tasks error messages; service event messages",
        says=(
            "resourceinitializationerror: failed to ",
            "resourceinitializationerror: unable to download ",
            "failed to validate logger args",
            "failed to initialize logging driver",
            "failed to invoke efs utils",
            "cannotstartcontainererror",
            "cannotcreatecontainererror",
            "cannotinspectcontainererror",
            "cannotstopcontainererror",
            "cannotcreatevolumeerror",
            "outofmemoryerror",
            "essential container in task exited",
            "failed container health checks",
            "failed elb health checks",
            "scaling activity initiated by",
            "task stopped by user",
            "your spot task was interrupted",
            re.compile(r"host ec2 \(instance \S{1,40}\) (?:terminated|stopped)"),
            "performing maintenance on the underlying infrastructure",
            "timeout waiting for network interface provisioning",
            "timeout waiting for ephemeralstorage provisioning",
            "unexpected ec2 error while attempting to create network interface",
            "was unable to place a task because ",
            "ecs was unable to assume the role",
            "capacity is unavailable at this time",
            re.compile(r"could not transition to (?:created|started|running|stopped);"),
        ),
        # An agent that uses its image cache after a failed pull reports only "No such image".
        unless=("cannotpull", "no such image", _THIN_POOL_FULL),
    ),
)

_HOST = (
    Rule(
        name="no-space",
        cause=Cause.DISK_FULL,
        source="Linux ENOSPC and EDQUOT; Windows error 0x70; devicemapper",
        says=(
            "no space left on device",
            "not enough space on the disk",
            "disk quota exceeded",
            _THIN_POOL_FULL,
        ),
    ),
    Rule(
        name="layer-cannot-be-unpacked",
        cause=Cause.UNPACK_FAILED,
        source="containerd unpacker; moby layer store; the reason from archive/tar, gzip, Linux",
        says=(
            "failed to register layer",
            "failed to extract layer",
            "failed to unpack image",
            "apply layer error",
            "error unpacking image",
        ),
        also=(
            "invalid tar header",
            "unexpected eof",
            "operation not permitted",
            "permission denied",
            "input/output error",
            "invalid argument",
            "file exists",
            "directory not empty",
            "no such file or directory",
            "no such device",
            "read-only file system",
            "structure needs cleaning",
            "file name too long",
            "too many open files",
            "cannot allocate memory",
            "cannot be mapped to a host id",
            "invalid header",
            "invalid checksum",
            "corrupt",
            "magic number mismatch",
            "wrong diff id",
            "max depth exceeded",
            "unpacking failed",
            "devicemapper: error",
            "failed to get reader from content store",
            "the system cannot find the path specified",
            "in win32: the system cannot",
            # gRPC appends this to containerd errors without a code; the text is complete.
            re.compile(r": unknown[.)\"']{0,3}$"),
        ),
        unless=("context canceled", "context deadline exceeded", "i/o timeout"),
    ),
    Rule(
        name="apply-failure",
        cause=Cause.UNPACK_FAILED,
        source="containerd rootfs.ApplyLayers, in the output of Fargate's pull command",
        says=("apply failure, attempting cleanup",),
    ),
    Rule(
        name="layer-verification",
        cause=Cause.UNPACK_FAILED,
        source="moby distribution and layer store",
        says=(
            "filesystem layer verification failed for digest",
            "error response from daemon: max depth exceeded",
        ),
    ),
)

IMAGE_RULES: tuple[Rule, ...] = (*_PLATFORM, *_MANIFEST, *_TASK, *_HOST)
"""In order of precedence; `REGISTRY_RULES` follow."""
