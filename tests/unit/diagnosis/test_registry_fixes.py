"""The registry of an image, and its fixes."""

import pytest

from platform_guard.diagnosis.context import PullContext
from platform_guard.diagnosis.diagnosis import diagnose
from platform_guard.diagnosis.failure import PullFailure
from platform_guard.diagnosis.pull_error.classifier import classify
from platform_guard.diagnosis.task_event import StoppedContainer
from tests.support.diagnosis_evidence import LIMITED
from tests.support.stops import stop_with

HERE = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


@pytest.mark.parametrize(
    ("image", "is_external_registry"),
    [
        (f"{HERE}/shop/api:1", False),
        ("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/api:1", False),
        ("123456789012.dkr-ecr.eu-central-1.on.aws/api:1", False),
        (f"{HERE}/Not A Name", False),
        ("public.ecr.aws/nginx/nginx:1", True),
        ("nginx:1", True),
        ("ghcr.io/acme/tool:1", True),
        ("registry.example.com:5000/acme/tool:1", True),
        ("", False),
    ],
)
def test_an_image_is_external_unless_it_may_be_in_a_private_ecr_registry(
    image: str, is_external_registry: bool
) -> None:
    failure = PullFailure(classify("CannotPullContainerError: x"), StoppedContainer("a", image))

    assert PullContext(failure).is_external_registry is is_external_registry


@pytest.mark.parametrize(
    ("text", "is_external_registry"),
    [
        ('Post "https://api.ecr.eu-central-1.amazonaws.com/v2/": dial tcp: i/o timeout', False),
        ('Head "https://public.ecr.aws/v2/": dial tcp 75.2.101.78:443: i/o timeout', True),
        ('Get "https://api.ecr-public.us-east-1.amazonaws.com/v2/": i/o timeout', True),
    ],
)
def test_the_registry_in_the_error_counts_if_the_image_is_unknown(
    text: str, is_external_registry: bool
) -> None:
    failure = PullFailure(classify(f"CannotPullContainerError: failed to do request: {text}"))

    assert PullContext(failure).is_external_registry is is_external_registry


@pytest.mark.parametrize(
    ("image", "cached", "secret"),
    [
        ("redis:7", "docker-hub/library/redis:7", "docker-hub"),
        ("docker.io/acme/tool:1", "docker-hub/acme/tool:1", "docker-hub"),
        ("index.docker.io/library/redis:7", "docker-hub/library/redis:7", "docker-hub"),
        ("ghcr.io/acme/tool:1", "github/acme/tool:1", "github"),
        ("registry.gitlab.com/acme/tool:1", "gitlab/acme/tool:1", "gitlab"),
        ("cgr.dev/chainguard/wolfi-base:latest", "chainguard/chainguard/wolfi-base", "chainguard"),
        ("acme.azurecr.io/tool:1", "azure/tool:1", "azure"),
        ("quay.io/acme/tool:1", "quay/acme/tool:1", ""),
        ("registry.k8s.io/pause:3", "kubernetes/pause:3", ""),
        ("public.ecr.aws/nginx/nginx:1", "ecr-public/nginx/nginx:1", ""),
    ],
)
def test_a_rate_limited_registry_has_its_own_cache_prefix(
    image: str, cached: str, secret: str
) -> None:
    failure = PullFailure(classify(LIMITED), StoppedContainer("api", image))

    fix = diagnose(stop_with(LIMITED, image), failure).fixes[0]

    assert f"{HERE}/{cached}" in fix.title
    assert "create-pull-through-cache-rule" in fix.commands[-1]
    assert (f"--name ecr-pullthroughcache/{secret} " in fix.commands[0]) is bool(secret)
    assert ("--credential-arn" in fix.commands[-1]) is bool(secret)


def test_an_image_of_a_registry_without_cache_support_is_copied() -> None:
    image = "registry.example.com:5000/acme/tool:1"
    failure = PullFailure(classify(LIMITED), StoppedContainer("api", image))

    commands = [line for fix in diagnose(None, failure).fixes for line in fix.commands]

    assert not any("pull-through-cache" in command for command in commands)
    assert any(command.endswith(f"/acme/tool:1 {image}") for command in commands)
