"""Finds the container that could not pull or execute its image, and its error.

On Fargate the error is in the task's `stoppedReason`. On EC2 that says only "Task failed to
start", and the error is in the container's `reason`.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from platform_guard.diagnosis.pull_error.classifier import Cause, PullError, classify
from platform_guard.diagnosis.task_event import StopCode, StoppedContainer, TaskStop
from platform_guard.registry.reference import Reference, parse_reference

EXEC_FORMAT_SECONDS = 15
"""The longest run of a program that could not be executed; after that, it did execute."""

# Exit codes of a shell and of runc when execve fails with ENOEXEC.
_EXEC_FORMAT_EXIT_CODES = frozenset({1, 255})

# Neither names a cause: the first is not about an image, the second is not specific enough.
_INCONCLUSIVE = frozenset({Cause.NOT_A_PULL_ERROR, Cause.UNKNOWN})


@dataclass(frozen=True, slots=True)
class PullFailure:
    """A pull error and its container."""

    error: PullError
    container: StoppedContainer | None = None
    """None if no container matches the error."""
    candidates: tuple[StoppedContainer, ...] = ()
    """All possible containers if the error names none, most likely first."""

    @property
    def cause(self) -> Cause:
        """The cause according to the text."""
        return self.error.cause

    @property
    def image(self) -> str:
        """The image as the task definition writes it, else as the error does; empty if unknown."""
        return (self.container.image if self.container else "") or self.error.image or ""

    @property
    def reference(self) -> Reference | None:
        """The image in ECR, with tag and digest as far as known; None if it is not in ECR."""
        reference = parse_reference(self.image)
        if reference is None or reference.digest:
            return reference
        return replace(reference, digest=self.digest)

    @property
    def digest(self) -> str:
        """The digest that was pulled; empty if neither container nor error names it."""
        reported = self.container.image_digest if self.container else ""
        in_error = _digest_in(self.error.image or "") or self.error.digest or ""
        return _digest_in(self.image) or reported or in_error


def pull_failure(stop: TaskStop) -> PullFailure | None:
    """Find the pull error of a stopped task; None if it stopped for another reason."""
    failures = [
        PullFailure(error, container)
        for container in stop.containers
        if _is_about_an_image(error := classify(container.reason))
    ]
    conclusive = [failure for failure in failures if failure.cause not in _INCONCLUSIVE]
    if conclusive:
        return conclusive[0]
    if stop.stop_code != StopCode.USER_INITIATED:  # otherwise a user wrote the reason
        error = classify(stop.stopped_reason)
        if _is_about_an_image(error):
            return _failure_of_task(error, failures, stop)
    return failures[0] if failures else None


def exec_format_candidates(stop: TaskStop) -> tuple[PullFailure, ...]:
    """Return the containers that exited as if they could not be executed on the host.

    ECS reports only the exit code; "exec format error" is in the container's log. Only the
    platform of the image shows whether that was the cause.
    """
    seconds = _run_seconds(stop)
    if stop.stop_code != StopCode.ESSENTIAL_CONTAINER_EXITED or seconds is None:
        return ()
    if seconds > EXEC_FORMAT_SECONDS:
        return ()
    return tuple(
        PullFailure(_exec_format_error(container, stop), container)
        for container in stop.containers
        if container.exit_code in _EXEC_FORMAT_EXIT_CODES
        and parse_reference(container.image) is not None
    )


def _is_about_an_image(error: PullError) -> bool:
    match error.cause:
        case Cause.NOT_A_PULL_ERROR:
            return False
        case Cause.UNKNOWN:
            return re.search(r"cannotpull|\bpull", error.text, re.IGNORECASE) is not None
        case _:
            return True


def _failure_of_task(error: PullError, failures: list[PullFailure], stop: TaskStop) -> PullFailure:
    """Return the failure for an error of the task, with the container that it is about."""
    if failures:
        return PullFailure(error, failures[0].container)
    if error.image is not None or error.digest is not None:
        named = (container for container in stop.containers if _is_named(container, error))
        return PullFailure(error, next(named, None))
    with_image = [container for container in stop.containers if container.image]
    # A container with a digest or an exit code was pulled; images outside ECR cannot be read.
    with_image.sort(key=lambda c: (bool(c.image_digest), parse_reference(c.image) is None))
    ambiguous = tuple(with_image) if len(with_image) > 1 else ()
    return PullFailure(error, with_image[0] if with_image else None, ambiguous)


def _digest_in(image: str) -> str:
    return image.partition("@")[2]


def _is_named(container: StoppedContainer, error: PullError) -> bool:
    if not container.image:
        return False
    if error.digest and error.digest in (
        container.image_digest,
        container.image.rpartition("@")[2],
    ):
        return True
    return error.image is not None and _short_reference(error.image) == _short_reference(
        container.image
    )


def _short_reference(image: str) -> str:
    """Return repository and tag as Docker abbreviates them, without default registry and digest."""
    name = image.partition("@")[0]
    for default in ("docker.io/", "index.docker.io/", "library/"):
        name = name.removeprefix(default)
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def _run_seconds(stop: TaskStop) -> float | None:
    start = _parse_time(stop.started_at) or _parse_time(stop.pull_stopped_at)
    end = _parse_time(stop.execution_stopped_at) or _parse_time(stop.stopped_at)
    return None if start is None or end is None else (end - start).total_seconds()


def _parse_time(text: str | None) -> datetime | None:
    try:
        time = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _exec_format_error(container: StoppedContainer, stop: TaskStop) -> PullError:
    text = container.reason or stop.stopped_reason
    return replace(classify(text), cause=Cause.EXEC_FORMAT, rule=None)
