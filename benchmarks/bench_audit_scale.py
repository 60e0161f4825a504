"""Memory and CPU time of an audit as the registry grows, on a registry generated on the fly.

There are no AWS calls, so only the audit is measured: reading, evaluation, the journal and all
outputs. Each size runs in its own process. The goals are less than 300 MB for a million images and
time linear in the number of images. The default sizes are 10,000 and 100,000 images;
`python -m benchmarks.bench_audit_scale 1000000` runs another one.
"""

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from platform_guard.oci.bulk_reader import UnavailableContent
from platform_guard.oci.media_types import OCI_INDEX, OCI_MANIFEST
from platform_guard.oci.reader import StoredDocument
from platform_guard.policy.policy import Policy
from platform_guard.registry.images import ListedImage
from platform_guard.registry.reference import Repository
from platform_guard.sweep.auditor import AuditedPage
from platform_guard.sweep.evaluation import (
    EvaluatedImage,
    UnavailableImage,
    candidates,
    evaluate_candidates,
)
from platform_guard_cli.audit.journal import AuditJournal
from platform_guard_cli.audit.output import write_output
from platform_guard_cli.audit.workers import run_audit

_IMAGES_A_REPOSITORY = 1000
_SIZES = (10_000, 100_000)
_POLICY = Policy()
_CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
_LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"


def main() -> None:
    """Print memory and CPU time for each size."""
    sizes = [int(size) for size in sys.argv[1:]] or list(_SIZES)
    if os.environ.get("AUDIT_ONE_SIZE"):
        _measure(sizes[0])
        return
    print("audit of a generated registry with all outputs, each size in its own process")
    for size in sizes:
        environment = {**os.environ, "AUDIT_ONE_SIZE": "yes"}
        command = [sys.executable, "-m", "benchmarks.bench_audit_scale", str(size)]
        subprocess.run(command, env=environment, check=True)


def _measure(size: int) -> None:
    started = time.process_time()
    repositories = [
        Repository("123456789012", "eu-central-1", f"team/app{number}")
        for number in range(size // _IMAGES_A_REPOSITORY)
    ]
    with tempfile.TemporaryDirectory() as folder:
        journal = AuditJournal(Path(folder, "audit.sqlite"))
        journal.add_repositories(repositories)
        run_audit(journal, _audit, lambda *_: None)
        evaluated = time.process_time() - started
        for output_format in ("table", "jsonl", "csv", "html"):
            write_output(journal, output_format, Path(folder, output_format))
        images = journal.images()
        journal.close()
    taken = time.process_time() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"  {images:>9,} images  {megabytes:4.0f} MB peak  {taken:6.1f} s of CPU, "
        f"{evaluated:.1f} s of it for evaluation: {1e6 * taken / images:.0f} µs per image",
        flush=True,
    )


def _audit(repository: Repository) -> Iterator[AuditedPage]:
    store = _GeneratedRepository(repository.name)
    page = [store.listed(number) for number in range(_IMAGES_A_REPOSITORY)]
    wanted = list(candidates(page, repository, lambda *_: _POLICY))
    results = list(evaluate_candidates(wanted, store))
    yield AuditedPage(
        tuple(result for result in results if isinstance(result, EvaluatedImage)),
        tuple(result for result in results if isinstance(result, UnavailableImage)),
    )


class _GeneratedRepository:
    """Generated images: every fifth is only for arm64, every fourth is behind an index."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._documents: dict[str, StoredDocument] = {}
        self._configs: dict[str, bytes] = {}

    def listed(self, number: int) -> ListedImage:
        architecture = "arm64" if number % 5 == 0 else "amd64"
        image = self._image(number, architecture)
        if number % 4 == 0:
            other = self._image(number, "s390x")
            image = self._index({architecture: image, "s390x": other})
        return ListedImage(image.digest, (f"1.{number}.0",), 1.7e9 + number * 3600)

    def documents(
        self, digests: Sequence[str]
    ) -> Mapping[str, StoredDocument | UnavailableContent]:
        return {digest: self._documents[digest] for digest in digests}

    def configs(self, digests: Sequence[str], _: int) -> Mapping[str, bytes | UnavailableContent]:
        return {digest: self._configs[digest] for digest in digests}

    def _image(self, number: int, architecture: str) -> StoredDocument:
        fields = {"os": "linux", "architecture": architecture, "author": f"{self._name} {number}"}
        config = json.dumps({**fields, "history": [{"created_by": "RUN make"}] * 10}).encode()
        digest = _digest(config)
        self._configs[digest] = config
        layers = [_descriptor(_LAYER_TYPE, _digest(bytes([layer])), 1) for layer in range(8)]
        manifest = {"config": _descriptor(_CONFIG_TYPE, digest, len(config)), "layers": layers}
        return self._document(OCI_MANIFEST, manifest)

    def _index(self, images: Mapping[str, StoredDocument]) -> StoredDocument:
        manifests = [
            _descriptor(OCI_MANIFEST, image.digest, len(image.content))
            | {"platform": {"os": "linux", "architecture": architecture}}
            for architecture, image in images.items()
        ]
        return self._document(OCI_INDEX, {"manifests": manifests})

    def _document(self, media_type: str, fields: Mapping[str, object]) -> StoredDocument:
        content = json.dumps({"schemaVersion": 2, "mediaType": media_type, **fields}).encode()
        document = StoredDocument(_digest(content), content, media_type)
        self._documents[document.digest] = document
        return document


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _descriptor(media_type: str, digest: str, size: int) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest, "size": size}


if __name__ == "__main__":
    main()
