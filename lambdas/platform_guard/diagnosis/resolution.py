"""The short alerts that say that something is well again."""

from collections.abc import Sequence

from platform_guard.alerts.alert import Alert, Link, Severity, Status
from platform_guard.alerts.console import links_to_image, service_page
from platform_guard.diagnosis.incident import ToldIncident
from platform_guard.diagnosis.service_event import SteadyService
from platform_guard.registry.reference import Reference


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


def alerts_about_steady_service(
    steady: SteadyService, incidents: Sequence[ToldIncident]
) -> tuple[Alert, ...]:
    """Tell that a service whose tasks failed is steady now, once for each repository of its images.

    So that whoever was told of a repository hears of its end.
    """
    repositories = dict.fromkeys(incident.repository for incident in incidents)
    return tuple(
        _alert_about_steady_service(
            steady, [incident for incident in incidents if incident.repository == repository]
        )
        for repository in repositories
    )


def _alert_about_steady_service(steady: SteadyService, incidents: Sequence[ToldIncident]) -> Alert:
    service, cluster, region = steady.service, steady.cluster, steady.region
    causes = list(dict.fromkeys(incident.cause for incident in incidents))
    first = incidents[0]
    return Alert(
        severity=Severity.INFO,
        code=causes[0],
        repository=first.repository,
        title=f"{service}: steady again ({', '.join(causes)})",
        summary=f"ECS says that the service {service} in the cluster {cluster} is steady: all the "
        "tasks that it wants are running. If the deployment was rolled back, they run the image "
        "of the one before.",
        facts=(
            ("Service", service),
            ("Cluster", cluster),
            ("Account", f"{steady.account}, {region}"),
        ),
        group=first.key,
        links=(Link("Service", service_page(region, cluster, service)),),
        status=Status.RESOLVED,
        account=steady.account,
        region=region,
        image=first.image,
        service=service,
    )
