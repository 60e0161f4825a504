"""Which registry an image is in, and what that means for its fixes."""

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
def test_an_image_is_elsewhere_unless_it_may_be_in_a_private_registry_of_ecr(
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
def test_a_registry_that_the_error_names_counts_where_the_image_is_not_known(
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
def test_a_limited_registry_is_cached_under_a_name_of_its_own(
    image: str, cached: str, secret: str
) -> None:
    failure = PullFailure(classify(LIMITED), StoppedContainer("api", image))

    fix = diagnose(stop_with(LIMITED, image), failure).fixes[0]

    assert f"{HERE}/{cached}" in fix.title
    assert "create-pull-through-cache-rule" in fix.commands[-1]
    assert (f"--name ecr-pullthroughcache/{secret} " in fix.commands[0]) is bool(secret)
    assert ("--credential-arn" in fix.commands[-1]) is bool(secret)


def test_a_registry_that_ecr_cannot_cache_is_copied_from() -> None:
    image = "registry.example.com:5000/acme/tool:1"
    failure = PullFailure(classify(LIMITED), StoppedContainer("api", image))

    commands = [line for fix in diagnose(None, failure).fixes for line in fix.commands]

    assert not any("pull-through-cache" in command for command in commands)
    assert any(command.endswith(f"/acme/tool:1 {image}") for command in commands)
