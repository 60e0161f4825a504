"""The failed container of a stopped task, and its error."""

from dataclasses import replace

import pytest

from platform_guard.diagnosis.failure import (
    EXEC_FORMAT_SECONDS,
    exec_format_candidates,
    pull_failure,
)
from platform_guard.diagnosis.pull_error.classifier import Cause
from platform_guard.diagnosis.task_event import StoppedContainer, TaskStop
from tests.support.stops import EVENTS, failure_of, stop_of

REGISTRY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
DIGEST = "sha256:" + "a1" * 32
MISMATCH = "CannotPullContainerError: no matching manifest for linux/amd64 in the manifest list"
NOT_FOUND = (
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve "
    "ref {}: not found"
)

EXPECTED = {
    "ec2-platform-mismatch": (Cause.PLATFORM_MISMATCH, "api"),
    "ec2-rate-limited-docker-hub": (Cause.RATE_LIMITED, "cache"),
    "fargate-access-denied-cross-account": (Cause.ACCESS_DENIED, "web"),
    "fargate-exec-format": None,
    "fargate-exec-format-mislabeled": None,
    "fargate-image-not-found": (Cause.IMAGE_NOT_FOUND, "api"),
    "fargate-network-layers": (Cause.NETWORK_LAYERS, "api"),
    "fargate-ordinary-exit": None,
    "fargate-platform-mismatch": (Cause.PLATFORM_MISMATCH, "api"),
    "fargate-platform-mismatch-arm64": (Cause.PLATFORM_MISMATCH, "gateway"),
    "fargate-platform-mismatch-sidecars": (Cause.PLATFORM_MISMATCH, "api"),
    "fargate-platform-mismatch-standalone": (Cause.PLATFORM_MISMATCH, "api"),
    "fargate-registry-auth": (Cause.REGISTRY_AUTH, "api"),
    "fargate-secret": None,
    "fargate-truncated": (Cause.UNKNOWN, "api"),
    "fargate-windows-disk-full": (Cause.DISK_FULL, "iis"),
    "fargate-with-unknown-keys": (Cause.PLATFORM_MISMATCH, "api"),
}


def test_every_sample_event_of_a_stopped_task_is_covered() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} - {"running"} == set(EXPECTED)


@pytest.mark.parametrize(("name", "expected"), EXPECTED.items(), ids=EXPECTED)
def test_the_failing_container_is_found(name: str, expected: tuple[Cause, str] | None) -> None:
    failure = pull_failure(stop_of(name))

    if expected is None:
        assert failure is None
    else:
        assert failure is not None
        assert failure.container is not None
        assert (failure.cause, failure.container.name) == expected


def stop(reason: str, *containers: StoppedContainer, code: str = "TaskFailedToStart") -> TaskStop:
    return replace(
        stop_of("fargate-platform-mismatch"),
        stopped_reason=reason,
        containers=containers,
        stop_code=code,
    )


API = StoppedContainer("api", f"{REGISTRY}/shop/api:1")
PROXY = StoppedContainer("proxy", f"{REGISTRY}/shop/proxy:1")
NGINX = StoppedContainer("nginx", "nginx")


@pytest.mark.parametrize(
    ("stopped", "name"),
    [
        pytest.param(stop("Task failed to start", API, replace(PROXY, reason=MISMATCH)), "proxy",
                     id="by its own reason"),
        pytest.param(stop(MISMATCH, API, replace(PROXY, reason="CannotPullContainerError: odd")),
                     "proxy", id="by its own reason, less specific than that of the task"),
        pytest.param(stop(NOT_FOUND.format(PROXY.image), API, PROXY), "proxy",
                     id="by the image"),
        pytest.param(stop(NOT_FOUND.format(f"{PROXY.image}@{DIGEST}"), API, PROXY), "proxy",
                     id="by the image with a digest"),
        pytest.param(stop(NOT_FOUND.format("docker.io/library/nginx:latest"), API, NGINX),
                     "nginx", id="by the image, abbreviated"),
        pytest.param(stop(f"CannotPullContainerError: no match for platform in manifest {DIGEST}: "
                          "not found", API, replace(PROXY, image_digest=DIGEST)), "proxy",
                     id="by the digest"),
        pytest.param(stop(MISMATCH, replace(API, image_digest=DIGEST), PROXY), "proxy",
                     id="as the only one not pulled"),
        pytest.param(stop(MISMATCH, NGINX, PROXY), "proxy", id="as the only one in ECR"),
        pytest.param(stop(MISMATCH, StoppedContainer("guardduty"), API), "api",
                     id="as the only one with an image"),
    ],
)  # fmt: skip
def test_the_failing_container_is_identified(stopped: TaskStop, name: str) -> None:
    container = failure_of(stopped).container

    assert container is not None
    assert container.name == name


def test_an_unidentified_failing_container_is_one_of_several_candidates() -> None:
    failure = failure_of(stop(MISMATCH, API, PROXY))

    assert failure.candidates == (API, PROXY)


def test_an_image_of_no_container_has_no_failing_container() -> None:
    failure = failure_of(stop(NOT_FOUND.format(f"{REGISTRY}/other:1"), API, PROXY))

    assert failure.container is None
    assert failure.image == f"{REGISTRY}/other:1"


@pytest.mark.parametrize(
    "stopped",
    [
        pytest.param(stop("Task failed to start", API), id="no reason"),
        pytest.param(stop("Scaling activity initiated by (deployment ecs-svc/1)"), id="scaling"),
        pytest.param(stop(MISMATCH, API, code="UserInitiated"), id="reason written by a user"),
        pytest.param(
            stop("", StoppedContainer("api", reason="OutOfMemoryError: killed")), id="oom"
        ),
    ],
)
def test_a_stop_for_another_reason_is_not_a_pull_failure(stopped: TaskStop) -> None:
    assert pull_failure(stopped) is None


@pytest.mark.parametrize(
    ("container", "error_image", "digest"),
    [
        pytest.param(replace(API, image_digest=DIGEST), None, DIGEST, id="reported"),
        pytest.param(replace(API, image=f"{API.image}@{DIGEST}"), None, DIGEST, id="written"),
        pytest.param(API, f"{API.image}@{DIGEST}", DIGEST, id="in the error"),
        pytest.param(API, None, "", id="unknown"),
    ],
)
def test_the_reference_has_the_digest_that_was_pulled(
    container: StoppedContainer, error_image: str | None, digest: str
) -> None:
    text = NOT_FOUND.format(error_image) if error_image else MISMATCH
    reference = failure_of(stop(text, container)).reference

    assert reference is not None
    assert (reference.tag, reference.digest) == ("1", digest)


EXITED = stop_of("fargate-exec-format")


@pytest.mark.parametrize(
    ("stopped", "count"),
    [
        pytest.param(EXITED, 1, id="exit code 255 within seconds"),
        pytest.param(stop_of("fargate-exec-format-mislabeled"), 1, id="exit code 1"),
        pytest.param(replace(EXITED, started_at=None), 1, id="never running"),
        pytest.param(replace(EXITED, execution_stopped_at="2026-11-24T10:00:57Z"), 1,
                     id="stopped before running"),
        pytest.param(replace(EXITED, started_at=None, pull_stopped_at=None), 0, id="no times"),
        pytest.param(replace(EXITED, started_at="soon"), 1, id="invalid time"),
        pytest.param(replace(EXITED, execution_stopped_at="2026-11-24T10:02:00Z"), 0,
                     id=f"longer than {EXEC_FORMAT_SECONDS} s"),
        pytest.param(replace(EXITED, stop_code="UserInitiated"), 0, id="stopped by a user"),
        pytest.param(replace(EXITED, containers=(replace(API, exit_code=137),)), 0, id="killed"),
        pytest.param(replace(EXITED, containers=(replace(API, exit_code=0),)), 0, id="succeeded"),
        pytest.param(replace(EXITED, containers=(replace(NGINX, exit_code=1),)), 0,
                     id="not in ECR"),
    ],
)  # fmt: skip
def test_a_container_that_exited_immediately_is_an_exec_format_candidate(
    stopped: TaskStop, count: int
) -> None:
    candidates = exec_format_candidates(stopped)

    assert len(candidates) == count
    assert all(candidate.cause is Cause.EXEC_FORMAT for candidate in candidates)
