"""The short alerts that say that something is well again."""

from platform_guard.alerts import Alert, Link, Severity, Status
from platform_guard.console_links import links_to_image, service_page
from platform_guard.references import Reference


def alert_about_repair(image: Reference, finding: str, reason: str) -> Alert:
    """Tell that a tag names a good image now. `reason` is the verdict's clause about it."""
    repository, name = image.repository, image.short_name
    return Alert(
        severity=Severity.INFO,
        code=finding,
        repository=repository.name,
        title=f"{name}: resolved ({finding})",
        summary=f"{name} was pushed again, and {reason}.",
        facts=(("Image", image.tagged_uri), ("Digest", image.digest)),
        group=f"{repository.uri}/{finding}",
        links=links_to_image(image),
        status=Status.RESOLVED,
        account=repository.account,
        region=repository.region,
        image=image.tagged_uri,
    )


def alert_about_steady_service(
    account: str, region: str, cluster: str, service: str, causes: tuple[str, ...]
) -> Alert:
    """Tell that a service whose tasks failed is steady now. `causes` are those of its incidents."""
    return Alert(
        severity=Severity.INFO,
        code=causes[0],
        repository="",
        title=f"{service}: steady again ({', '.join(causes)})",
        summary=f"ECS says that the service {service} in the cluster {cluster} is steady: all the "
        "tasks that it wants are running. If the deployment was rolled back, they run the image "
        "of the one before.",
        facts=(("Service", service), ("Cluster", cluster), ("Account", f"{account}, {region}")),
        group=f"{cluster} {service}",
        links=(Link("Service", service_page(region, cluster, service)),),
        status=Status.RESOLVED,
        account=account,
        region=region,
        service=service,
    )
