"""Which container of a stopped task could not pull or execute its image, and what ECS says of it.

On Fargate the error stands in the task's `stoppedReason`. On EC2 that says only "Task failed to
start", and the error stands in the container's `reason`.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from platform_guard.diagnosis.pull_error.classifier import Cause, PullError, classify
from platform_guard.diagnosis.task_event import StopCode, StoppedContainer, TaskStop
from platform_guard.registry.reference import Reference, parse_reference

EXEC_FORMAT_SECONDS = 15
"""A program that cannot be executed ends at once; one that ran for longer did execute."""

# Of the shell and of runc, where execve answers ENOEXEC.
_EXEC_FORMAT_EXIT_CODES = frozenset({1, 255})

# Neither is about an image as such: the one is about something else, the other says too little.
_UNTOLD = frozenset({Cause.NOT_A_PULL_ERROR, Cause.UNKNOWN})


@dataclass(frozen=True, slots=True)
class PullFailure:
    """A pull error, and the container that it is about."""

    error: PullError
    container: StoppedContainer | None = None
    """None if no container fits the error."""
    candidates: tuple[StoppedContainer, ...] = ()
    """Where the error does not tell: all containers that it may be about, the likeliest first."""

    @property
    def cause(self) -> Cause:
        """Why it failed, going by the text."""
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
        notified = _digest_in(self.error.image or "") or self.error.digest or ""
        return _digest_in(self.image) or reported or notified


def pull_failure(stop: TaskStop) -> PullFailure | None:
    """Find the pull error of a stopped task; None if it stopped for another reason."""
    failures = [
        PullFailure(error, container)
        for container in stop.containers
        if _is_about_an_image(error := classify(container.reason))
    ]
    notified = [failure for failure in failures if failure.cause not in _UNTOLD]
    if notified:
        return notified[0]
    if stop.stop_code != StopCode.USER_INITIATED:  # else a person wrote the reason
        error = classify(stop.stopped_reason)
        if _is_about_an_image(error):
            return _of_whole_task(error, failures, stop)
    return failures[0] if failures else None


def exec_format_candidates(stop: TaskStop) -> tuple[PullFailure, ...]:
    """List the containers that ended as one does that cannot be executed on its host.

    ECS knows only the exit code; "exec format error" goes to the container's log. Whether it was
    that, only the platform of the image can tell.
    """
    seconds = _seconds_of_running(stop)
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


def _of_whole_task(error: PullError, failures: list[PullFailure], stop: TaskStop) -> PullFailure:
    """Find the container that an error of the whole task is about."""
    if failures:
        return PullFailure(error, failures[0].container)
    if error.image is not None or error.digest is not None:
        named = (container for container in stop.containers if _is_named(container, error))
        return PullFailure(error, next(named, None))
    with_image = [container for container in stop.containers if container.image]
    # A container with a digest or an exit code was pulled; images outside ECR cannot be read.
    with_image.sort(key=lambda c: (bool(c.image_digest), parse_reference(c.image) is None))
    unclear = tuple(with_image) if len(with_image) > 1 else ()
    return PullFailure(error, with_image[0] if with_image else None, unclear)


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
    return error.image is not None and _familiar(error.image) == _familiar(container.image)


def _familiar(image: str) -> str:
    """Return repository and tag as `docker` abbreviates them: no default registry, no digest."""
    name = image.partition("@")[0]
    for default in ("docker.io/", "index.docker.io/", "library/"):
        name = name.removeprefix(default)
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def _seconds_of_running(stop: TaskStop) -> float | None:
    start = _instant(stop.started_at) or _instant(stop.pull_stopped_at)
    end = _instant(stop.execution_stopped_at) or _instant(stop.stopped_at)
    return None if start is None or end is None else (end - start).total_seconds()


def _instant(text: str | None) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _exec_format_error(container: StoppedContainer, stop: TaskStop) -> PullError:
    text = container.reason or stop.stopped_reason
    return replace(classify(text), cause=Cause.EXEC_FORMAT, rule=None)
