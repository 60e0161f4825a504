"""Services of Amazon ECS that are steady: as many tasks run as they want, of the last deployment.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html
"""

from dataclasses import dataclass

from platform_guard.event import Ignored, required_object, required_text

DETAIL_TYPE = "ECS Service Action"
STEADY = "SERVICE_STEADY_STATE"


@dataclass(frozen=True, slots=True)
class SteadyService:
    """A service that has reached a steady state. ECS says so again every six hours."""

    event_id: str
    account: str
    region: str
    cluster_arn: str
    service: str

    @property
    def cluster(self) -> str:
        """The name of the cluster."""
        return self.cluster_arn.rpartition("/")[2]


def is_about_service(event: object) -> bool:
    """Tell whether an event is one of a service, rather than of a task."""
    return isinstance(event, dict) and event.get("detail-type") == DETAIL_TYPE


def parse_steady_service(event: object) -> SteadyService | Ignored:
    """Read an event of a service. Raises EventError where it is not one."""
    fields = required_object(event, "the event")
    detail = required_object(fields.get("detail"), "detail")
    if detail.get("eventName") != STEADY:
        return Ignored(f"a service that is not steady: {detail.get('eventName')}")
    resources = fields.get("resources")
    arn = str(resources[0]) if isinstance(resources, list) and resources else ""
    return SteadyService(
        event_id=required_text(fields, "id"),
        account=required_text(fields, "account"),
        region=required_text(fields, "region"),
        cluster_arn=required_text(detail, "clusterArn"),
        service=arn.rpartition("/")[2],
    )
