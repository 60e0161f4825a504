"""Stopped tasks whose image is unsuitable or missing."""

from dataclasses import replace

from platform_guard.diagnosis.evidence.model import (
    NO_EVIDENCE,
    CacheRule,
    Evidence,
    GuardAction,
    GuardHistory,
    NearbyTag,
    StoredRepository,
    StoredTag,
    TagState,
    Unavailable,
)
from platform_guard.diagnosis.task_event import TaskStop
from tests.support.diagnosis_evidence import (
    API,
    ARM64_INDEX,
    BOTH,
    BY_DIGEST,
    DEFINITION,
    GUARD_MARK,
    IMMUTABLE,
    MISMATCH,
    MUTABLE,
    NGINX,
    NGINX_OF_OTHERS,
    SERVICE,
    WINDOWS,
    WINDOWS_2022,
)
from tests.support.images import attestation, image
from tests.support.stops import ARM64, stop_of, stop_with, stored

IMAGE_CASES: dict[str, tuple[TaskStop, Evidence]] = {
    "platform-mismatch": (stop_of("fargate-platform-mismatch"), MISMATCH),
    "platform-mismatch-without-evidence": (stop_of("fargate-platform-mismatch"), NO_EVIDENCE),
    "platform-mismatch-not-seen": (
        stop_of("fargate-platform-mismatch"),
        Evidence(
            task_definition=Unavailable("the task definition", "AccessDeniedException"),
            image=Unavailable("the image in ECR", "no answer within 15 seconds"),
        ),
    ),
    "platform-mismatch-immutable": (
        stop_of("ec2-platform-mismatch"),
        replace(MISMATCH, repository=IMMUTABLE),
    ),
    "platform-mismatch-marked": (
        stop_of("ec2-platform-mismatch"),
        replace(MISMATCH, repository=IMMUTABLE, guard_history=GuardHistory((GUARD_MARK,))),
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
            guard_history=GuardHistory(
                (GUARD_MARK,),
                (
                    GuardAction(
                        "2026-11-24T09:03:00Z",
                        "quarantined: its tag 1.4.3 was removed",
                        "it contains only linux/arm64; linux/amd64 is required",
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
}
