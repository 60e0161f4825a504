"""A guard with destructive remedies, and one repository per remedy."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_guard.registry.mark import is_mark
from platform_guard_cli.replay.emulator import Outcome, drain
from platform_guard_emulator import Deployment, LocalAws, push_layout
from platform_guard_emulator.queues import queue_of
from tests.support.destructive_rules import DESTRUCTIVE_RULES
from tests.support.known_images import layout_of

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

GUARD_TOML = f"""
[guard]
delay_seconds = 0
{DESTRUCTIVE_RULES}"""

REMEDIES = ("quarantine", "archive", "delete")

MUTABILITY: dict[str, dict[str, Any]] = {
    "MUTABLE": {},
    "IMMUTABLE": {},
    "IMMUTABLE_WITH_EXCLUSION": {"filter": "latest*"},
    "MUTABLE_WITH_EXCLUSION": {"filter": "1.*"},
}


@dataclass(frozen=True, slots=True)
class RemedyRepository:
    """A repository to which the guard applies one remedy."""

    aws: LocalAws
    guard: Deployment
    name: str

    @property
    def ecr(self) -> "ECRClient":
        return self.aws.client("ecr")

    def create(self, mutability: str = "MUTABLE") -> "RemedyRepository":
        settings: dict[str, Any] = {"imageTagMutability": mutability}
        if MUTABILITY[mutability]:
            settings["imageTagMutabilityExclusionFilters"] = [
                {"filterType": "WILDCARD", **MUTABILITY[mutability]}
            ]
        self.ecr.create_repository(repositoryName=self.name, **settings)
        return self

    def push(self, case: str, tag: str = "1.0") -> str:
        return push_layout(self.aws, self.name, layout_of(case), tag)

    def run(self) -> list[Outcome]:
        return drain(self.guard)

    def forget_layers(self) -> None:
        """Delete unreferenced layers, as ECR eventually does."""
        self.aws.forget_layers(self.name)

    def lose_messages(self) -> None:
        """Drop the messages in the queues of the guard."""
        for mapping in self.guard.event_source_mappings:
            queue_of(mapping.queue_arn)._messages.clear()

    def serve(self, tag: str) -> None:
        """Run an image in a service, referenced by tag."""
        ecs = self.aws.client("ecs")
        ecs.create_cluster(clusterName="shop")
        uri = f"{self.aws.account}.dkr.ecr.{self.aws.region}.amazonaws.com/{self.name}:{tag}"
        definition = ecs.register_task_definition(
            family="web", containerDefinitions=[{"name": "app", "image": uri, "memory": 512}]
        )["taskDefinition"]["taskDefinitionArn"]
        ecs.create_service(
            cluster="shop", serviceName="web", taskDefinition=definition, desiredCount=1
        )

    def images(self) -> dict[str, list[str]]:
        """Return the tags by digest, including archived images."""
        return {detail["imageDigest"]: detail.get("imageTags", []) for detail in self.described()}

    def described(self) -> list[Mapping[str, Any]]:
        answer = self.ecr.describe_images(
            repositoryName=self.name, filter={"imageStatus": "ANY"}, maxResults=1000
        )
        return list(answer["imageDetails"])

    def listing(self, *without: str) -> str:
        """Return the ECR listing of the repository as text, without some fields."""
        details = [
            {name: value for name, value in detail.items() if name not in without}
            for detail in self.described()
        ]
        listed = self.ecr.list_images(repositoryName=self.name, filter={"imageStatus": "ANY"})
        return json.dumps([details, listed["imageIds"]], default=str, indent=1)

    def tags(self) -> set[str]:
        return {tag for tags in self.images().values() for tag in tags}

    def marks(self) -> set[str]:
        return {tag for tag in self.tags() if is_mark(tag)}

    def reported_remedies(self) -> list[str]:
        """Return the remedies in the alerts about this repository."""
        return [
            json.loads(alert.texts["sqs"])["facts"]["remedy"]
            for alert in self.guard.alerts()
            if alert.attributes["repository"] == self.name
        ]


RepositoryFactory = Callable[[str], RemedyRepository]
"""Creates a new repository object for a remedy."""
