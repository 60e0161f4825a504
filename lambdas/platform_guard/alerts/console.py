"""Addresses of pages in the AWS Management Console.

The console takes whoever follows one to the region that it names. Each partition has a console of
its own: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
"""

from urllib.parse import quote

from platform_guard.alerts.alert import Link
from platform_guard.registry.reference import Reference, Repository

_DOMAINS = {
    "cn-": "console.amazonaws.cn",
    "us-gov-": "console.amazonaws-us-gov.com",
    "": "console.aws.amazon.com",
}


def links_to_image(image: Reference) -> tuple[Link, ...]:
    """Give the pages of an image in ECR and of its repository."""
    links = [Link("Repository", repository_page(image.repository))]
    if image.digest:
        links.insert(0, Link("Image", image_page(image)))
    return tuple(links)


def console_address(region: str, path: str, fragment: str = "") -> str:
    """Give the address of a page; `path` and `fragment` are quoted already."""
    domain = next(name for prefix, name in _DOMAINS.items() if region.startswith(prefix))
    return f"https://{domain}/{path}?region={quoted(region)}" + (fragment and f"#{fragment}")


def repository_page(repository: Repository) -> str:
    """Give the page of a repository in Amazon ECR."""
    return console_address(repository.region, _repository_path(repository))


def image_page(image: Reference) -> str:
    """Give the page of an image in Amazon ECR, which is known by its digest."""
    path = f"{_repository_path(image.repository)}/_/image/{quoted(image.digest)}/details"
    return console_address(image.repository.region, path)


def service_page(region: str, cluster: str, service: str) -> str:
    """Give the page of a service in Amazon ECS."""
    return console_address(region, f"{_cluster_path(cluster)}/services/{quoted(service)}/health")


def task_page(region: str, cluster: str, task_id: str) -> str:
    """Give the page of a task in Amazon ECS."""
    return console_address(region, f"{_cluster_path(cluster)}/tasks/{quoted(task_id)}")


def task_logs_page(region: str, cluster: str, task_id: str) -> str:
    """Give the page of what the containers of a task wrote, wherever their logs are kept."""
    return console_address(region, f"{_cluster_path(cluster)}/tasks/{quoted(task_id)}/logs")


def quoted(text: str) -> str:
    """Quote a part of an address."""
    return quote(text, safe="")


def _repository_path(repository: Repository) -> str:
    account = quoted(repository.account)
    return f"ecr/repositories/private/{account}/{quote(repository.name)}"


def _cluster_path(cluster: str) -> str:
    return f"ecs/v2/clusters/{quoted(cluster)}"
