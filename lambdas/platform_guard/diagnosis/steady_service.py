"""Amazon ECS services that reached a steady state: all desired tasks are running.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from platform_guard.alerts.alert import Alert, Link, Severity, Status
from platform_guard.alerts.console import service_page
from platform_guard.diagnosis.incident import NotifiedIncident
from platform_guard.event import Ignored, required_object, required_text

DETAIL_TYPE = "ECS Service Action"
STEADY = "SERVICE_STEADY_STATE"


@dataclass(frozen=True, slots=True)
class SteadyService:
    """A service in a steady state. ECS repeats the event every six hours."""

    event_id: str
    account: str
    region: str
    cluster_arn: str
    service: str

    @property
    def cluster(self) -> str:
        """The name of the cluster."""
        return self.cluster_arn.rpartition("/")[2]


def is_service_event(event: object) -> bool:
    """Return whether an event is about a service rather than a task."""
    return isinstance(event, dict) and event.get("detail-type") == DETAIL_TYPE


def parse_steady_service(event: object) -> SteadyService | Ignored:
    """Parse a service event. Raises EventError if it is malformed."""
    fields = required_object(event, "the event")
    detail = required_object(fields.get("detail"), "detail")
    if detail.get("eventName") != STEADY:
        return Ignored(f"the service is not steady: {detail.get('eventName')}")
    resources = fields.get("resources")
    arn = str(resources[0]) if isinstance(resources, list) and resources else ""
    return SteadyService(
        event_id=required_text(fields, "id"),
        account=required_text(fields, "account"),
        region=required_text(fields, "region"),
        cluster_arn=required_text(detail, "clusterArn"),
        service=arn.rpartition("/")[2],
    )


def alerts_about_steady_service(
    steady: SteadyService, incidents: Sequence[NotifiedIncident]
) -> tuple[Alert, ...]:
    """Build the alerts that a service is steady again, one per repository of its images.

    One per repository, so that every channel that received an alert also receives its resolution.
    """
    repositories = dict.fromkeys(incident.repository for incident in incidents)
    return tuple(
        _alert_about_steady_service(
            steady, [incident for incident in incidents if incident.repository == repository]
        )
        for repository in repositories
    )


def _alert_about_steady_service(
    steady: SteadyService, incidents: Sequence[NotifiedIncident]
) -> Alert:
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
