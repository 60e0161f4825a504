"""CPU time of a healthy push, compared with the bare AWS calls that it makes.

A push of a plain amd64 image takes two calls to ECR, a download, and a lookup of the tag's open
finding. A server in another process answers them on the loopback interface, so only the client is
measured. TLS is off, because its cost would lower the ratio. The goal is a ratio of at most 1.25.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from io import StringIO
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import urllib3

from benchmarks.ratio import median_ratio
from platform_guard.settings import SETTINGS_FILE, Settings
from platform_guard_settings.compiled import compile_settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ecr import ECRClient

_PAIRS = 15
_PUSHES = 200
_CONFIG = json.dumps({"os": "linux", "architecture": "amd64", "history": [{}] * 20}).encode()
_MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
_ACCEPTED = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    _MEDIA_TYPE,
)


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def _descriptor(media_type: str, digest: str, size: int) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest, "size": size}


_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": _MEDIA_TYPE,
        "config": _descriptor(
            "application/vnd.docker.container.image.v1+json", _digest(_CONFIG), len(_CONFIG)
        ),
        "layers": [_descriptor(_LAYER, _digest(bytes([n])), 1) for n in range(10)],
    }
)
_IMAGE_ID = {"imageTag": "1", "imageDigest": _digest(_MANIFEST.encode())}


class _Aws(BaseHTTPRequestHandler):
    """Answers the ECR calls, the download of the config, and DynamoDB."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["X-Amz-Target"].endswith(".BatchGetImage"):
            image = {
                "imageId": _IMAGE_ID,
                "imageManifest": _MANIFEST,
                "imageManifestMediaType": _MEDIA_TYPE,
            }
            self._answer(json.dumps({"images": [image], "failures": []}).encode())
        elif self.headers["X-Amz-Target"].endswith(".GetItem"):
            self._answer(b"{}")
        else:
            url = f"http://{self.headers['Host']}/config"
            self._answer(json.dumps({"downloadUrl": url}).encode())

    def do_GET(self) -> None:
        self._answer(_CONFIG)

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (name in the base class)
        pass


def _serve(connection: "Connection[int, int]") -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Aws)
    connection.send(server.server_port)
    server.serve_forever()


@contextmanager
def _aws() -> Iterator[str]:
    mine, other = Pipe()
    server = Process(target=_serve, args=(other,), daemon=True)
    server.start()
    yield f"http://127.0.0.1:{mine.recv()}"
    server.terminate()


class _Context:
    aws_request_id = function_name = "benchmark"
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:benchmark"
    memory_limit_in_mb = "512"

    def get_remaining_time_in_millis(self) -> int:
        return 90_000


def _event(pushes: int) -> dict[str, object]:
    push = {
        "id": "1",
        "source": "aws.ecr",
        "detail-type": "ECR Image Action",
        "account": "123456789012",
        "region": "eu-central-1",
        "time": "2026-11-24T09:00:00Z",
        "detail": {
            "action-type": "PUSH",
            "result": "SUCCESS",
            "repository-name": "shop/web",
            "image-tag": _IMAGE_ID["imageTag"],
            "image-digest": _IMAGE_ID["imageDigest"],
        },
    }
    record = {
        "messageId": "1",
        "body": json.dumps(push),
        "attributes": {"ApproximateReceiveCount": "1"},
        "eventSource": "aws:sqs",
    }
    return {"Records": [record] * pushes}


def _bare_calls(
    client: "ECRClient", database: "DynamoDBClient", pool: urllib3.PoolManager, pushes: int
) -> None:
    for _ in range(pushes):
        client.batch_get_image(
            registryId="123456789012",
            repositoryName="shop/web",
            imageIds=[{"imageTag": "1", "imageDigest": _IMAGE_ID["imageDigest"]}],
            acceptedMediaTypes=_ACCEPTED,
        )
        url = client.get_download_url_for_layer(
            registryId="123456789012", repositoryName="shop/web", layerDigest=_digest(_CONFIG)
        )["downloadUrl"]
        pool.request("GET", url)
        database.get_item(TableName="table", Key={"id": {"S": "1"}}, ConsistentRead=True)


def _cpu_seconds(batch: Callable[[], object], pushes: int) -> float:
    started = time.process_time()
    for _ in range(_PUSHES // pushes):
        batch()
    return (time.process_time() - started) / _PUSHES


def main() -> None:
    """Print the CPU time of a healthy push as a ratio, in a batch of one and in a full batch."""
    with TemporaryDirectory() as folder, _aws() as url:
        Path(folder, SETTINGS_FILE).write_text(compile_settings(Settings()), encoding="utf-8")
        os.environ |= {
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL_DYNAMODB": url,
            "AWS_ENDPOINT_URL_ECR": url,
            "GUARD_DISPATCH_QUEUE_URL": "https://queue",
            "GUARD_STATE_TABLE": "table",
            "GUARD_TOPIC_ARN": "topic",
            "LAMBDA_TASK_ROOT": folder,
            "POWERTOOLS_METRICS_NAMESPACE": "benchmark",
            "POWERTOOLS_SERVICE_NAME": "benchmark",
        }
        with redirect_stdout(StringIO()) as log:
            guard = import_module("push_guard")
            answer = guard.handler(_event(1), _Context())
        if answer["batchItemFailures"] or '"verdict":"compliant"' not in log.getvalue():
            sys.exit(f"the verdict is not compliant: {log.getvalue()}")
        pool = urllib3.PoolManager()
        print(f"CPU time of a healthy push, median of {_PAIRS} runs of {_PUSHES} pushes")
        for pushes in (1, 10):
            handle = partial(guard.handler, _event(pushes), _Context())
            call = partial(_bare_calls, guard.ecr, guard.clients.dynamodb, pool, pushes)
            with redirect_stdout(StringIO()):
                taken, reference, ratio = median_ratio(
                    partial(_cpu_seconds, handle, pushes),
                    partial(_cpu_seconds, call, pushes),
                    _PAIRS,
                )
            print(
                f"  batch of {pushes:<3} {taken * 1000:5.2f} ms per push  {ratio:5.2f} of "
                f"{reference * 1000:.2f} ms for the bare calls"
            )


if __name__ == "__main__":
    main()
