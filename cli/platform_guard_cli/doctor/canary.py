"""`platform-guard doctor --push`: pushes a noncompliant image and waits for the alert."""

import gzip
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from platform_guard.alerts.render.json_format import AlertError, parse_alert
from platform_guard.aws.errors import AWS_ERRORS, reason_of
from platform_guard.oci.media_types import DOCKER_MANIFEST
from platform_guard.oci.platforms import Platform
from platform_guard_cli.doctor.checks import Check, Outcome
from platform_guard_cli.doctor.stack import DeployedStack
from platform_guard_cli.operator_clients import OperatorClients
from platform_guard_settings.guard_toml import GuardSettings

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

_TAG = "doctor"
_PREFIX = "platform-guard-doctor"
"""The prefix of the names of all temporary resources."""

# For the cold start of the function, the calls to ECR, and the delivery of the alert.
_PROCESSING_SECONDS = 120

_ARCHITECTURES = ("arm64", "amd64", "s390x", "ppc64le", "riscv64")

# An empty tar archive: two blocks of zeros.
_LAYER = gzip.compress(bytes(1024), mtime=0)


@dataclass(frozen=True, slots=True)
class AlertTimeout:
    """How long to wait for the alert, and the clock to measure it."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    """In seconds."""
    sleep: Callable[[float], object] = time.sleep


def alert_timeout(settings: GuardSettings) -> AlertTimeout:
    """Return the timeout: the delays of the settings plus the processing time."""
    delays = settings.delay_seconds + settings.alerts.collect_seconds
    return AlertTimeout(seconds=delays + _PROCESSING_SECONDS)


def push_canary(
    clients: OperatorClients, stack: DeployedStack, settings: GuardSettings, timeout: AlertTimeout
) -> Iterator[Check]:
    """Push a noncompliant image and check that its alert arrives.

    Pushes nothing if the policy ignores the repository.
    """
    nonce = secrets.token_hex(4)
    policy = settings.policies.policy_for(f"{_PREFIX}-{nonce}", "doctor").policy
    if policy.ignore:
        found = f"guard.toml ignores {_PREFIX}-*: no alert to wait for"
        yield Check("push", Outcome.UNKNOWN, found, f"add a rule for {_PREFIX}-* without ignore")
        return
    yield from _push_and_wait(clients, stack, frozenset(policy.required_platforms), nonce, timeout)


def _push_and_wait(
    clients: OperatorClients,
    stack: DeployedStack,
    required: frozenset[Platform],
    nonce: str,
    timeout: AlertTimeout,
) -> Iterator[Check]:
    """Push an image for a platform that is not required, and wait for its alert.

    Creates a repository, a queue and a subscription, and always deletes them. A failed deletion is
    a failed check. All subscribers of the topic receive the alert.
    """
    name = f"{_PREFIX}-{nonce}"
    cleanup_failures: list[Check] = []
    try:
        with ExitStack() as exit_stack:
            cleanup = Cleanup(exit_stack, cleanup_failures)
            queue = _subscribe_queue(clients, stack, name, cleanup)
            clients.ecr.create_repository(repositoryName=name)
            cleanup.register(
                f"repository {name}",
                lambda: clients.ecr.delete_repository(repositoryName=name, force=True),
            )
            pushed = timeout.clock()
            _push(clients.ecr, name, _other_architecture(required))
            seconds = _wait_for_alert(clients, queue, name, pushed, timeout)
    finally:
        yield from cleanup_failures
    if seconds is None:
        yield Check(
            "push",
            Outcome.FAILED,
            f"no alert within {timeout.seconds:.0f} seconds of the push to {name}",
            "fix the failed checks above; if none failed, read the log of push_guard",
        )
    else:
        yield Check("push", Outcome.OK, f"the alert arrived {seconds:.1f} seconds after the push")


@dataclass(frozen=True, slots=True)
class Cleanup:
    """Deletes the temporary resources at the end and records failures."""

    stack: ExitStack
    failures: list[Check]

    def register(self, resource: str, delete: Callable[[], object]) -> None:
        """Register a deletion. The last one registered runs first."""
        self.stack.callback(self._delete, resource, delete)

    def _delete(self, resource: str, delete: Callable[[], object]) -> None:
        try:
            delete()
        except AWS_ERRORS as error:
            found = f"could not delete {resource} ({reason_of(error)})"
            self.failures.append(Check("cleanup", Outcome.FAILED, found, "delete it"))


def _subscribe_queue(
    clients: OperatorClients, stack: DeployedStack, name: str, cleanup: Cleanup
) -> str:
    """Subscribe a queue to the alerts of one repository and return its URL."""
    topic = stack.only("AWS::SNS::Topic")
    partition = topic.split(":")[1]
    arn = f"arn:{partition}:sqs:{stack.region}:{stack.account}:{name}"
    queue_policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
            }
        ],
    }
    url = clients.sqs.create_queue(
        QueueName=name,
        Attributes={"Policy": json.dumps(queue_policy), "SqsManagedSseEnabled": "true"},
    )["QueueUrl"]
    cleanup.register(f"queue {name}", lambda: clients.sqs.delete_queue(QueueUrl=url))
    subscription = clients.sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn,
        Attributes={
            "FilterPolicy": json.dumps({"repository": [name]}),
            "RawMessageDelivery": "true",
        },
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    cleanup.register(
        f"subscription {subscription}",
        lambda: clients.sns.unsubscribe(SubscriptionArn=subscription),
    )
    return url


def _other_architecture(required: frozenset[Platform]) -> str:
    architectures = {platform.architecture for platform in required}
    return next(name for name in _ARCHITECTURES if name not in architectures)


def _push(ecr: "ECRClient", repository: str, architecture: str) -> None:
    config = json.dumps(
        {
            "os": "linux",
            "architecture": architecture,
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [_digest(bytes(1024))]},
        }
    ).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": DOCKER_MANIFEST,
            "config": {
                "mediaType": "application/vnd.docker.container.image.v1+json",
                "size": len(config),
                "digest": _upload(ecr, repository, config),
            },
            "layers": [
                {
                    "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                    "size": len(_LAYER),
                    "digest": _upload(ecr, repository, _LAYER),
                }
            ],
        }
    )
    ecr.put_image(repositoryName=repository, imageManifest=manifest, imageTag=_TAG)


def _upload(ecr: "ECRClient", repository: str, blob: bytes) -> str:
    """Upload a blob and return its digest."""
    upload = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    ecr.upload_layer_part(
        repositoryName=repository,
        uploadId=upload,
        partFirstByte=0,
        partLastByte=len(blob) - 1,
        layerPartBlob=blob,
    )
    digest = _digest(blob)
    ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest])
    return digest


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def _wait_for_alert(
    clients: OperatorClients, queue: str, repository: str, pushed: float, timeout: AlertTimeout
) -> float | None:
    """Return the seconds from the push to the alert; None after the timeout."""
    while (elapsed := timeout.clock() - pushed) < timeout.seconds:
        response = clients.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        if any(_is_about(repository, message["Body"]) for message in response.get("Messages", [])):
            return elapsed
        timeout.sleep(1)
    return None


def _is_about(repository: str, text: str) -> bool:
    """Return whether a message is the alert of the repository.

    Other alerts may arrive: a new filter policy takes up to 15 minutes to take effect.
    """
    try:
        return parse_alert(text).repository == repository
    except AlertError:  # such as an alarm notification
        return False
