"""URLs of AWS Management Console pages.

The `region` parameter selects the Region. Each partition has its own console:
https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
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
    """Return links to an image, if its digest is known, and to its repository."""
    links = [Link("Repository", repository_page(image.repository))]
    if image.digest:
        links.insert(0, Link("Image", image_page(image)))
    return tuple(links)


def console_url(region: str, path: str, fragment: str = "") -> str:
    """Return the URL of a page; `path` and `fragment` must already be percent-encoded."""
    domain = next(name for prefix, name in _DOMAINS.items() if region.startswith(prefix))
    return f"https://{domain}/{path}?region={percent_encode(region)}" + (
        fragment and f"#{fragment}"
    )


def repository_page(repository: Repository) -> str:
    """Return the URL of a repository in Amazon ECR."""
    return console_url(repository.region, _repository_path(repository))


def image_page(image: Reference) -> str:
    """Return the URL of an image in Amazon ECR; the console needs its digest."""
    path = f"{_repository_path(image.repository)}/_/image/{percent_encode(image.digest)}/details"
    return console_url(image.repository.region, path)


def service_page(region: str, cluster: str, service: str) -> str:
    """Return the URL of a service in Amazon ECS."""
    return console_url(
        region, f"{_cluster_path(cluster)}/services/{percent_encode(service)}/health"
    )


def task_page(region: str, cluster: str, task_id: str) -> str:
    """Return the URL of a task in Amazon ECS."""
    return console_url(region, f"{_cluster_path(cluster)}/tasks/{percent_encode(task_id)}")


def task_logs_page(region: str, cluster: str, task_id: str) -> str:
    """Return the URL of the container logs of a task."""
    return console_url(region, f"{_cluster_path(cluster)}/tasks/{percent_encode(task_id)}/logs")


def percent_encode(text: str) -> str:
    """Percent-encode one segment of a URL."""
    return quote(text, safe="")


def _repository_path(repository: Repository) -> str:
    account = percent_encode(repository.account)
    return f"ecr/repositories/private/{account}/{quote(repository.name)}"


def _cluster_path(cluster: str) -> str:
    return f"ecs/v2/clusters/{percent_encode(cluster)}"
