"""Stopped tasks from the sample events, and evidence about them."""

import json
from dataclasses import replace

from platform_guard.diagnosis.evidence.model import StoredImage
from platform_guard.diagnosis.failure import PullFailure, pull_failure
from platform_guard.diagnosis.task_event import StoppedContainer, TaskStop, parse_task_stop
from platform_guard.oci.platforms import Platform
from platform_guard.policy.policy import IndexRule, Policy
from platform_guard.registry.reference import Reference, Repository
from tests.support.images import Blob, Json, read_and_evaluate
from tests.support.paths import ROOT

EVENTS = ROOT / "events/ecs"
SHOP_API = Repository("123456789012", "eu-central-1", "shop/api")
AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")


def event(name: str) -> Json:
    """Return a sample event."""
    fields = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(fields, dict)
    return fields


def stop_of(name: str) -> TaskStop:
    """Return the stopped task of a sample event."""
    stop = parse_task_stop(event(name))
    assert isinstance(stop, TaskStop)
    return stop


def stop_with(reason: str, image: str = "", name: str = "fargate-platform-mismatch") -> TaskStop:
    """Return a task with one container and a stopped reason."""
    stop = stop_of(name)
    container = StoppedContainer("api", image or stop.containers[0].image)
    return replace(stop, stopped_reason=reason, containers=(container,))


def failure_of(stop: TaskStop) -> PullFailure:
    """Return the pull failure of a task."""
    failure = pull_failure(stop)
    assert failure is not None
    return failure


def stored(root: Blob, wanted: Platform = AMD64, tag: str = "1.4.2") -> StoredImage:
    """Return an image as stored in ECR, evaluated for a platform."""
    policy = Policy(required_platforms=(wanted,), index_rule=IndexRule.ALLOW)
    image, verdict = read_and_evaluate(root, policy)
    reference = Reference(SHOP_API, tag, root.digest)
    return StoredImage(reference, image, verdict, "2026-11-24T09:00:00Z")
