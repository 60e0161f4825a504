"""The names in the commands of a fix, quoted for the shell.

Unknown names are placeholders in capitals.
"""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace

from platform_guard.alerts.alert import Fix
from platform_guard.diagnosis.context import PullContext
from platform_guard.registry.reference import Reference

_UNKNOWN_IMAGE = "ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG"
_REGION = re.compile(r"\becr(?:-fips)?\.(?P<region>[a-z]{2}(?:-[a-z]{2,12}){1,2}-\d)\.")
_PLACEHOLDER = re.compile(r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?![A-Za-z0-9_])")

PLACEHOLDERS = frozenset(
    {
        "ACCOUNT",
        "APPLICATION",
        "CAPACITY_PROVIDER",
        "CLUSTER",
        "CONTAINER_INSTANCE",
        "DEPLOYMENT_GROUP",
        "ENDPOINT_SECURITY_GROUP",
        "FAMILY",
        "IMAGE",
        "INSTANCE_ID",
        "KMS_KEY",
        "NEW_TAG",
        "REGION",
        "REPOSITORY",
        "ROLE",
        "ROUTE_TABLE_ID",
        "SECRET_ARN",
        "SECURITY_GROUP",
        "SERVICE",
        "SUBNET_ID",
        "TAG",
        "TASK_ID",
        "VPC_CIDR",
        "VPC_ID",
    }
)
"""Placeholders for unknown names."""


@dataclass(frozen=True, slots=True)
class Target:
    """The names of a task and its image."""

    region: str
    cluster: str
    service: str
    """Empty for a task without a service."""
    family: str
    task_definition: str
    task_id: str
    image: str
    """The image reference for Docker commands, with a tag."""
    reference: Reference | None
    """In ECR; None if the image is not in ECR or unknown."""
    account: str
    """The account of the task."""
    known: frozenset[str]
    """Real names above that look like placeholders."""

    def aws(self, service: str, operation: str, *options: str, region: str = "") -> str:
        """Return an AWS CLI command; `region` defaults to that of the task."""
        return shlex.join(["aws", service, operation, "--region", region or self.region, *options])

    def ecr(self, operation: str, *options: str) -> str:
        """Return an ECR command for the repository, in its region and account."""
        reference = self.reference
        if reference is None:
            return self.aws("ecr", operation, "--repository-name", "REPOSITORY", *options)
        repository = reference.repository
        is_other_account = repository.account != self.account
        registry = ["--registry-id", repository.account] if is_other_account else []
        return self.aws(
            "ecr",
            operation,
            *registry,
            "--repository-name",
            repository.name,
            *options,
            region=repository.region,
        )

    def update_service(self, *options: str) -> str:
        """Return the command that updates the service of the task."""
        names = ["--cluster", self.cluster, "--service", self.service]
        return self.aws("ecs", "update-service", *names, *options)

    @property
    def tag_id(self) -> str:
        """The tag as an image id for ECR commands."""
        tag = self.reference.tag if self.reference else ""
        return f"imageTag={tag or 'TAG'}"

    @property
    def image_id(self) -> str:
        """The image id for ECR commands: the tag, else the digest."""
        reference = self.reference
        if reference is None or reference.tag or not reference.digest:
            return self.tag_id
        return f"imageDigest={reference.digest}"

    def fix(self, title: str, *commands: str) -> Fix:
        """Return a fix whose title names the placeholders."""
        unknown = sorted(_words(commands) - self.known)
        if not unknown:
            return Fix(title, commands)
        return Fix(f"{title} (with your own {_listed(unknown)})", commands)


def target_of(case: PullContext) -> Target:
    """Return the names for a pull failure."""
    stop, reference = case.stop, case.reference
    image = _taggable(case.failure.image)
    unknown = "IMAGE" if case.is_external_registry else _UNKNOWN_IMAGE
    unknown_tag = frozenset({"TAG"} if image.endswith(":TAG") else ())
    if stop is None:
        home = reference.repository if reference else None
        named = _REGION.search(case.failure.error.text)
        region = home.region if home else named["region"] if named else "REGION"
        target = Target(
            region=region,
            cluster="CLUSTER",
            service="SERVICE",
            family="FAMILY",
            task_definition="FAMILY",
            task_id="TASK_ID",
            image=image or unknown,
            reference=reference,
            account=home.account if home else "ACCOUNT",
            known=frozenset(),
        )
        return replace(target, known=_words([image]) - unknown_tag)
    names = [stop.cluster, stop.service, stop.task_definition, stop.task_id, image]
    return Target(
        region=stop.region,
        cluster=stop.cluster,
        service=stop.service,
        family=stop.family,
        task_definition=stop.task_definition,
        task_id=stop.task_id,
        image=image or unknown,
        reference=reference,
        account=stop.account,
        known=_words(names) - unknown_tag,
    )


def _taggable(image: str) -> str:
    """Return an image reference with a tag and without its digest."""
    name, _, digest = image.partition("@")
    has_tag = ":" in name.rpartition("/")[2]
    return f"{name}:TAG" if digest and not has_tag else name


def _words(texts: Iterable[str]) -> frozenset[str]:
    return PLACEHOLDERS.intersection(word for text in texts for word in _PLACEHOLDER.findall(text))


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
