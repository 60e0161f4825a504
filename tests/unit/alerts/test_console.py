import pytest

from platform_guard.alerts.console import (
    image_page,
    links_to_image,
    repository_page,
    service_page,
    task_logs_page,
    task_page,
)
from platform_guard.registry.reference import Reference, Repository

DIGEST = f"sha256:{'7f' * 32}"


@pytest.mark.parametrize(
    ("region", "domain"),
    [
        ("eu-central-1", "console.aws.amazon.com"),
        ("cn-northwest-1", "console.amazonaws.cn"),
        ("us-gov-east-1", "console.amazonaws-us-gov.com"),
    ],
)
def test_every_url_is_in_the_console_of_its_partition_and_region(region: str, domain: str) -> None:
    repository = Repository("123456789012", region, "shop/api")
    ecr, ecs = f"https://{domain}/ecr/repositories/private/123456789012", f"https://{domain}/ecs/v2"

    assert repository_page(repository) == f"{ecr}/shop/api?region={region}"
    assert image_page(Reference(repository, "1", DIGEST)) == (
        f"{ecr}/shop/api/_/image/sha256%3A{'7f' * 32}/details?region={region}"
    )
    assert service_page(region, "prod", "api") == (
        f"{ecs}/clusters/prod/services/api/health?region={region}"
    )
    assert task_page(region, "prod", "014f") == f"{ecs}/clusters/prod/tasks/014f?region={region}"
    assert task_logs_page(region, "prod", "014f") == (
        f"{ecs}/clusters/prod/tasks/014f/logs?region={region}"
    )


def test_a_name_cannot_change_the_target_of_a_url() -> None:
    page = service_page("eu-central-1", "prod", "../../x?region=us-east-1#|evil> ")

    assert page == (
        "https://console.aws.amazon.com/ecs/v2/clusters/prod/services/"
        "..%2F..%2Fx%3Fregion%3Dus-east-1%23%7Cevil%3E%20/health?region=eu-central-1"
    )


def test_an_image_without_a_digest_has_no_image_link() -> None:
    image = Reference(Repository("123456789012", "eu-central-1", "shop/api"), "1")

    assert [link.title for link in links_to_image(image)] == ["Repository"]
