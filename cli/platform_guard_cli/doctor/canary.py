"""`platform-guard doctor --push`: pushes a bad image and waits for the alert."""

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
_PREFIX = "platform-guard-doctor"  # of the names of all that exists meanwhile

# For Lambda's cold start, the calls to ECR and the delivery of the alert.
_SECONDS_OF_WORK = 120

_PLATFORMS = ("arm64", "amd64", "s390x", "ppc64le", "riscv64")

# A tar archive without files: two blocks of zeros.
_LAYER = gzip.compress(bytes(1024), mtime=0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The timeout for the alert, with the clock."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    """In seconds."""
    sleep: Callable[[float], object] = time.sleep


def waiting_for(settings: GuardSettings) -> Waiting:
    """Return the timeout: processing time plus the delays of the settings."""
    held_back = settings.delay_seconds + settings.alerts.collect_seconds
    return Waiting(seconds=held_back + _SECONDS_OF_WORK)


def push_canary(
    clients: OperatorClients, stack: DeployedStack, settings: GuardSettings, waiting: Waiting
) -> Iterator[Check]:
    """Push a bad image and wait for the alert, unless the policy ignores the repository."""
    nonce = secrets.token_hex(4)
    policy = settings.policies.policy_for(f"{_PREFIX}-{nonce}", "doctor").policy
    if policy.ignore:
        found = f"guard.toml ignores {_PREFIX}-*, so no alert is expected"
        yield Check("push", Outcome.UNKNOWN, found, "add a rule for it without ignore")
        return
    yield from _push_and_wait(clients, stack, frozenset(policy.required_platforms), nonce, waiting)


def _push_and_wait(
    clients: OperatorClients,
    stack: DeployedStack,
    required: frozenset[Platform],
    nonce: str,
    waiting: Waiting,
) -> Iterator[Check]:
    """Push an image for none of the required platforms and yield when its alert arrived.

    Creates a repository, a queue and a subscription named after `nonce` and always removes them; a
    failed removal is a failed check. All subscribers of the topic receive the alert.
    """
    name = f"{_PREFIX}-{nonce}"
    left: list[Check] = []
    try:
        with ExitStack() as cleaning:
            removing = Removing(cleaning, left)
            queue = _listen(clients, stack, name, removing)
            clients.ecr.create_repository(repositoryName=name)
            removing.later(
                f"repository {name}",
                lambda: clients.ecr.delete_repository(repositoryName=name, force=True),
            )
            pushed = waiting.clock()
            _push(clients.ecr, name, _unsuitable(required))
            took = _wait(clients, queue, name, pushed, waiting)
    finally:
        yield from left
    if took is None:
        yield Check(
            "push",
            Outcome.FAILED,
            f"no alert within {waiting.seconds:.0f} seconds of the push to {name}",
            "fix the failed checks above; if there are none, read the log of push_guard",
        )
    else:
        yield Check("push", Outcome.OK, f"the alert arrived {took:.1f} seconds after the push")


@dataclass(frozen=True, slots=True)
class Removing:
    """Removes the created resources at the end and records failures."""

    stack: ExitStack
    left: list[Check]

    def later(self, what: str, remove: Callable[[], object]) -> None:
        """Schedule a removal; the last one runs first."""
        self.stack.callback(self._remove, what, remove)

    def _remove(self, what: str, remove: Callable[[], object]) -> None:
        try:
            remove()
        except AWS_ERRORS as error:
            found = f"{what} could not be removed ({reason_of(error)})"
            self.left.append(Check("cleaning up", Outcome.FAILED, found, "remove it yourself"))


def _listen(clients: OperatorClients, stack: DeployedStack, name: str, removing: Removing) -> str:
    """Subscribe a queue to the alerts about one repository and return its URL."""
    topic = stack.only("AWS::SNS::Topic")
    partition = topic.split(":")[1]
    arn = f"arn:{partition}:sqs:{stack.region}:{stack.account}:{name}"
    admitted = {
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
        Attributes={"Policy": json.dumps(admitted), "SqsManagedSseEnabled": "true"},
    )["QueueUrl"]
    removing.later(f"queue {name}", lambda: clients.sqs.delete_queue(QueueUrl=url))
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
    removing.later(
        f"subscription {subscription}",
        lambda: clients.sns.unsubscribe(SubscriptionArn=subscription),
    )
    return url


def _unsuitable(required: frozenset[Platform]) -> str:
    """Return a Linux architecture that is not required."""
    wanted = {platform.architecture for platform in required}
    return next(name for name in _PLATFORMS if name not in wanted)


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


def _wait(
    clients: OperatorClients, queue: str, repository: str, pushed: float, waiting: Waiting
) -> float | None:
    """Return the seconds until the alert arrived; None if it did not arrive in time."""
    while (passed := waiting.clock() - pushed) < waiting.seconds:
        answer = clients.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        if any(_is_about(repository, message["Body"]) for message in answer.get("Messages", [])):
            return passed
        waiting.sleep(1)
    return None


def _is_about(repository: str, text: str) -> bool:
    """Return whether a message is about the repository: a new filter may take 15 minutes."""
    try:
        return parse_alert(text).repository == repository
    except AlertError:  # such as what an alarm says
        return False
