"""The alert about a resource tag that is not obeyed."""

from platform_guard.alerts.alert import Alert, Fix, Severity
from platform_guard.alerts.aws_cli import remove_resource_tag
from platform_guard.policy.tag_overrides import RefusedTag
from platform_guard.registry.reference import Repository

OVERRIDE_REFUSED = "override-refused"
"""The code of the alert."""


def alert_about_refused_tag(tag: RefusedTag, repository: Repository) -> Alert:
    """Tell a team that a tag on its repository does nothing."""
    return Alert(
        severity=Severity.INFO,
        code=OVERRIDE_REFUSED,
        repository=repository.name,
        title=f"{repository.name}: the resource tag {tag.key} is not obeyed",
        summary=(
            f"The guard does not obey a resource tag of the repository {repository.name}: "
            f"{tag.because}. Images are judged as if the tag were not there."
        ),
        facts=(("Repository", repository.uri), ("Resource tag", f"{tag.key} = {tag.value}")),
        fixes=(Fix("To take the tag away", (remove_resource_tag(repository, tag.key),)),),
        group=f"{repository.uri}/{OVERRIDE_REFUSED}",
        account=repository.account,
        region=repository.region,
    )
