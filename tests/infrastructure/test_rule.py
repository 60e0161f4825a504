"""The event pattern of the push guard."""

from typing import Any

import pytest

from platform_guard_emulator.event_bus import matches
from tests.infrastructure.template import Template

DIGEST = f"sha256:{'7f' * 32}"


def image_action(**changes: Any) -> dict[str, Any]:
    detail = {
        "result": "SUCCESS",
        "repository-name": "team/app",
        "image-digest": DIGEST,
        "action-type": "PUSH",
        "image-tag": "1.4.2",
    } | {name.replace("_", "-"): value for name, value in changes.items()}
    return event(
        "ECR Image Action", {name: value for name, value in detail.items() if value is not None}
    )


def event(detail_type: str, detail: dict[str, Any], source: str = "aws.ecr") -> dict[str, Any]:
    return {
        "version": "0",
        "id": "13cde686-328b-6117-af20-0e5566167482",
        "detail-type": detail_type,
        "source": source,
        "account": "123456789012",
        "time": "2026-11-24T01:54:34Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": detail,
    }


def starts_the_guard(template: Template, candidate: dict[str, Any]) -> bool:
    (rule,) = template.part("push_guard").rules.values()
    return matches(rule["EventPattern"], candidate)


@pytest.mark.parametrize(
    "candidate",
    [
        pytest.param(image_action(), id="a tagged push"),
        pytest.param(image_action(image_tag="platform-guards"), id="a tag that resembles a mark"),
        pytest.param(
            image_action(manifest_media_type="application/vnd.oci.image.index.v1+json"),
            id="a push that names its media type",
        ),
    ],
)
def test_a_tagged_push_starts_the_guard(template: Template, candidate: dict[str, Any]) -> None:
    assert starts_the_guard(template, candidate)


@pytest.mark.parametrize(
    "candidate",
    [
        pytest.param(
            image_action(image_tag="platform-guard.missing-platform.1.4.2.7f7f7f7f7f7f"),
            id="the guard's own mark",
        ),
        pytest.param(image_action(image_tag=None), id="a push without a tag"),
        pytest.param(image_action(result="FAILURE"), id="a push that failed"),
        pytest.param(image_action(action_type="DELETE"), id="a delete"),
        pytest.param(
            image_action(action_type="UPDATE_STORAGE_CLASS"), id="a change of the storage class"
        ),
        pytest.param(
            event(
                "ECR Replication Action",
                {
                    "result": "SUCCESS",
                    "repository-name": "team/app",
                    "image-digest": DIGEST,
                    "source-account": "123456789012",
                    "action-type": "REPLICATE",
                    "source-region": "us-west-2",
                    "image-tag": "1.4.2",
                },
            ),
            id="a replication",
        ),
        pytest.param(
            event(
                "ECR Pull Through Cache Action",
                {
                    "rule-version": "1",
                    "sync-status": "SUCCESS",
                    "ecr-repository-prefix": "docker-hub",
                    "repository-name": "docker-hub/library/alpine",
                    "upstream-registry-url": "registry-1.docker.io",
                    "image-tag": "3",
                    "image-digest": DIGEST,
                },
            ),
            id="a pull through the cache",
        ),
        pytest.param(
            image_action() | {"source": "com.example.ci"}, id="the same event from another source"
        ),
    ],
)
def test_nothing_else_starts_the_guard(template: Template, candidate: dict[str, Any]) -> None:
    assert not starts_the_guard(template, candidate)
