"""A registry on the loopback interface, in its own process, with real images.

It answers read calls from memory, so that benchmarks compare the clients. Each image is one of
tests/data/images with a different author in its config, so that all digests differ.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ClassVar
from urllib.request import urlopen

from platform_guard.oci.media_types import IMAGE_CONFIGS
from tests.support.filled_registry import CASES

ACCOUNT, REGION = "123456789012", "eu-central-1"
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Case:
    """An image in the registry and its expected verdict."""

    repository: str
    tag: str
    verdict: str


@dataclass
class Content:
    """The content of the registry."""

    documents: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Text and media type by digest."""
    blobs: dict[str, bytes] = field(default_factory=dict)
    listed: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)


def fill(repositories: int, images: int) -> Content:
    """Return the content of a registry with `images` images in each repository."""
    content = Content()
    for number in range(repositories * images):
        known = CASES[number % len(CASES)]
        repository, tag = f"team/app{number // images}", f"1.{number % images}"
        digest, media_type, _ = _copied(content, known.layout, known.digest, number)
        content.listed.setdefault(repository, []).append(
            {
                "imageDigest": digest,
                "imageTags": [tag],
                "imagePushedAt": 1.7e9 + number,
                "imageManifestMediaType": media_type,
            }
        )
        content.tags[repository, tag] = digest
        content.cases.append(Case(repository, tag, dict(known.verdicts)["linux/amd64"]))
    return content


def _copied(content: Content, layout: Path, digest: str, number: int) -> tuple[str, str, int]:
    """Copy a manifest and its references. Return digest, media type and size of the copy."""
    document: dict[str, Any] = json.loads(_blob(layout, digest).read_bytes())
    media_type = (
        document.get("mediaType")
        or json.loads((layout / "index.json").read_text(encoding="utf-8"))["manifests"][0][
            "mediaType"
        ]
    )
    for child in document.get("manifests") or ():
        if _blob(layout, child["digest"]).exists():
            child["digest"], _, child["size"] = _copied(content, layout, child["digest"], number)
    config = document.get("config")
    if config and _blob(layout, config["digest"]).exists():
        blob = _blob(layout, config["digest"]).read_bytes()
        if config["mediaType"] in IMAGE_CONFIGS:
            blob = json.dumps({**json.loads(blob), "author": f"number {number}"}).encode()
        config["digest"], config["size"] = _digest(blob), len(blob)
        content.blobs[config["digest"]] = blob
    text = json.dumps(document)
    copy = _digest(text.encode())
    content.documents[copy] = (text, media_type)
    return copy, media_type, len(text.encode())


def _blob(layout: Path, digest: str) -> Path:
    return layout / "blobs" / digest.replace(":", "/", 1)


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class _Registry(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    content: Content
    calls: ClassVar[Counter[str]] = Counter()

    def do_POST(self) -> None:
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        self.calls[operation] += 1
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(json.dumps(getattr(self, operation)(request)).encode())

    def do_GET(self) -> None:
        if self.path == "/calls":
            self._answer(json.dumps(self.calls).encode())
        else:
            self._answer(self.content.blobs[self.path.removeprefix("/")])

    def DescribeRepositories(self, request: dict[str, Any]) -> object:  # noqa: N802
        names, token = _page(list(self.content.listed), request)
        return {"repositories": [{"repositoryName": name} for name in names], **token}

    def DescribeImages(self, request: dict[str, Any]) -> object:  # noqa: N802
        images, token = _page(self.content.listed[request["repositoryName"]], request)
        return {"imageDetails": images, **token}

    def BatchGetImage(self, request: dict[str, Any]) -> object:  # noqa: N802
        images = []
        for image_id in request["imageIds"]:
            digest = image_id.get("imageDigest")
            tag = image_id.get("imageTag")
            digest = digest or self.content.tags[request["repositoryName"], tag]
            text, media_type = self.content.documents[digest]
            images.append(
                {
                    "imageId": {"imageDigest": digest},
                    "imageManifest": text,
                    "imageManifestMediaType": media_type,
                }
            )
        return {"images": images, "failures": []}

    def GetDownloadUrlForLayer(self, request: dict[str, Any]) -> object:  # noqa: N802
        return {"downloadUrl": f"http://{self.headers['Host']}/{request['layerDigest']}"}

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (name in the base class)
        pass


def _page(items: list[Any], request: dict[str, Any]) -> tuple[list[Any], dict[str, str]]:
    start, size = int(request.get("nextToken", 0)), request.get("maxResults", 100)
    end = start + size
    return items[start:end], {"nextToken": str(end)} if end < len(items) else {}


def _serve(connection: "Connection[Any, Any]", content: Content) -> None:
    _Registry.content = content
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Registry)
    connection.send(server.server_port)
    server.serve_forever()


@contextmanager
def served(content: Content) -> Iterator[str]:
    """Serve a registry from another process and yield its URL."""
    mine, other = Pipe()
    server = Process(target=_serve, args=(other, content), daemon=True)
    server.start()
    yield f"http://127.0.0.1:{mine.recv()}"
    server.terminate()


def calls_so_far(url: str) -> Counter[str]:
    """Return how often each operation of a registry was called."""
    with urlopen(f"{url}/calls") as answer:  # noqa: S310 (served by this benchmark)
        return Counter(json.loads(answer.read()))
