"""The speed of an audit of 20,000 images, compared with inspecting the same images one by one.

The registry is on the loopback interface: 200 repositories with real images. The benchmark compares
the images evaluated per second: by the audit; by the calls of `inspect`, image by image with one
client; and by the AWS CLI with one process per call, if it is installed or `AWS_CLI` names it. The
goal is 20 times the speed of the AWS CLI.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks.loopback_registry import (
    ACCOUNT,
    REGION,
    Case,
    Content,
    calls_so_far,
    fill,
    served,
)
from platform_guard.aws.clients import BULK, Clients
from platform_guard.oci.media_types import INDEXES
from platform_guard.oci.reader import ReadRequest, read_image
from platform_guard.policy.evaluation import evaluate
from platform_guard.policy.policy import Policy
from platform_guard.policy.rules import Policies
from platform_guard.registry.reference import Reference, Repository
from platform_guard.registry.repository import EcrRepository
from platform_guard_cli.audit.journal import AuditJournal
from platform_guard_cli.audit.registry import Registries
from platform_guard_cli.audit.session import audit

_REPOSITORIES, _IMAGES = 200, 100
_INSPECTED, _BY_CLI = 1000, 10
_POLICY = Policy()


def main() -> None:
    """Print the rates. Exit if a verdict is wrong or there are too many calls."""
    repositories = int(sys.argv[1]) if len(sys.argv) > 1 else _REPOSITORIES
    content = fill(repositories, _IMAGES)
    count = len(content.cases)
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "AWS_DEFAULT_REGION": REGION,
    }
    with served(content) as url:
        os.environ["AWS_ENDPOINT_URL_ECR"] = url
        verdicts, seconds, cpu = _audit()
        calls = calls_so_far(url)
        _check(content, verdicts, sum(calls.values()), repositories)
        rate = count / seconds
        print(
            f"audit of {count:,} images in {repositories} repositories: {rate:,.0f} images/s, "
            f"{1000 * cpu / count:.2f} ms of CPU per image"
        )
        print(f"  calls: {', '.join(f'{name} {times:,}' for name, times in calls.items())}")
        sample = content.cases[:: max(1, count // _INSPECTED)]
        one_by_one = _rate(sample, _inspect)
        print(
            f"one by one with one client: {one_by_one:,.0f} images/s, "
            f"audit {rate / one_by_one:.1f}x"
        )
        cli = os.environ.get("AWS_CLI") or shutil.which("aws")
        if cli is None:
            print("AWS CLI not installed, comparison skipped")
            return
        by_cli = _rate(sample[:_BY_CLI], lambda case: _look_up_by_cli(cli, case))
        print(
            f"with the AWS CLI, one process per call: {by_cli:.2f} images/s, "
            f"audit {rate / by_cli:.0f}x"
        )


def _audit() -> tuple[dict[str, str], float, float]:
    """Return the verdicts, the wall-clock time and the CPU time in seconds."""
    registries = Registries(ACCOUNT, (REGION,), {REGION: Clients(REGION, config=BULK)})
    with tempfile.TemporaryDirectory() as folder:
        journal = AuditJournal(Path(folder, "audit.sqlite"))
        started, cpu_started = time.monotonic(), time.process_time()
        audit(journal, registries, [], Policies())
        seconds, cpu = time.monotonic() - started, time.process_time() - cpu_started
        verdicts = {row.reference.partition("/")[2]: row.verdict for row in journal.rows()}
        journal.close()
    return verdicts, seconds, cpu


def _check(content: Content, verdicts: dict[str, str], calls: int, repositories: int) -> None:
    known = {f"{case.repository}:{case.tag}": case.verdict for case in content.cases}
    if verdicts != known:
        wrong = [name for name, verdict in known.items() if verdicts.get(name) != verdict]
        sys.exit(f"{len(wrong)} wrong verdicts, such as on {wrong[:1]}")
    plain = sum(media_type not in INDEXES for _, media_type in content.documents.values())
    budget = len(content.documents) / 100 + plain + 3 * repositories
    if calls > budget:
        sys.exit(f"{calls} calls exceed the budget of {budget:.0f}")


def _rate(cases: Sequence[Case], inspect: Callable[[Case], object]) -> float:
    started = time.monotonic()
    for case in cases:
        inspect(case)
    return len(cases) / (time.monotonic() - started)


_CLIENT = Clients(REGION)


def _inspect(case: Case) -> None:
    repository = Repository(ACCOUNT, REGION, case.repository)
    store = EcrRepository(_CLIENT.ecr, repository)
    root = store.resolve(Reference(repository, case.tag))
    if root is None:
        sys.exit(f"{case} not found")
    wanted = ReadRequest(_POLICY.required_platforms)
    verdict = evaluate(read_image(root, store, wanted, time.monotonic), _POLICY)
    if verdict.name != case.verdict:
        sys.exit(f"{case}: unexpected verdict {verdict.name}")


def _look_up_by_cli(cli: str, case: Case) -> None:
    manifest = _batch_get(cli, case, f"imageTag={case.tag}")
    for child in manifest.get("manifests", [])[:1]:
        manifest = _batch_get(cli, case, f"imageDigest={child['digest']}")
    if "config" not in manifest:
        return
    digest = manifest["config"]["digest"]
    answer = _call(cli, "get-download-url-for-layer", case, "--layer-digest", digest)
    with urlopen(answer["downloadUrl"]) as blob:  # noqa: S310 (served by this benchmark)
        blob.read()


def _batch_get(cli: str, case: Case, image_id: str) -> dict[str, Any]:
    answer = _call(cli, "batch-get-image", case, "--image-ids", image_id)
    manifest: dict[str, Any] = json.loads(answer["images"][0]["imageManifest"])
    return manifest


def _call(cli: str, operation: str, case: Case, *options: str) -> dict[str, Any]:
    command = [cli, "ecr", operation, "--repository-name", case.repository, *options]
    endpoint = ["--endpoint-url", os.environ["AWS_ENDPOINT_URL_ECR"], "--output", "json"]
    ran = subprocess.run([*command, *endpoint], capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


if __name__ == "__main__":
    main()
