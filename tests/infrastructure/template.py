"""A synthesized template, and how its resources refer to each other."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STACK = "ecr-platform-guard"

Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Synthesis:
    """A cloud assembly on disk."""

    folder: Path

    @property
    def template_file(self) -> Path:
        return self.folder / f"{STACK}.template.json"

    @property
    def template(self) -> "Template":
        return Template(json.loads(self.template_file.read_text(encoding="utf-8")))

    def code_folder(self) -> Path:
        """The folder that becomes the archive which the push guard's function runs."""
        key: str = self.template.only("AWS::Lambda::Function")["Code"]["S3Key"]
        assets = json.loads((self.folder / f"{STACK}.assets.json").read_text(encoding="utf-8"))
        path: str = assets["files"][key.removesuffix(".zip")]["source"]["path"]
        return self.folder / path


@dataclass(frozen=True, slots=True)
class Template:
    content: Mapping[str, Any]

    def resources(self, kind: str) -> dict[str, Properties]:
        """Give the properties of the resources of a type, by logical id."""
        return {
            logical_id: resource["Properties"]
            for logical_id, resource in self.content["Resources"].items()
            if resource["Type"] == kind
        }

    def only(self, kind: str) -> Properties:
        """Give the one resource of a type."""
        (properties,) = self.resources(kind).values()
        return properties

    def at(self, reference: object) -> Properties:
        """Follow a Ref or a GetAtt to the properties of the resource it names."""
        properties: Properties = self.content["Resources"][logical_id(reference)]["Properties"]
        return properties

    def role_statements(self) -> Iterator[Properties]:
        for role in self.resources("AWS::IAM::Role").values():
            for policy in role["Policies"]:
                yield from policy["PolicyDocument"]["Statement"]
        for policy in self.resources("AWS::IAM::Policy").values():
            yield from policy["PolicyDocument"]["Statement"]

    def resource_policy(self, kind: str, reference: object) -> list[Properties]:
        """Give the statements of the queue or topic policy on the resource that is referred to."""
        return [
            statement
            for policy in self.resources(kind).values()
            if any(
                logical_id(target) == logical_id(reference)
                for target in policy.get("Queues", policy.get("Topics"))
            )
            for statement in policy["PolicyDocument"]["Statement"]
        ]


def logical_id(reference: object) -> str:
    match reference:
        case {"Ref": str(name)}:
            return name
        case {"Fn::GetAtt": [str(name), _]}:
            return name
        case _:
            raise AssertionError(f"refers to no resource: {reference!r}")


def actions(statement: Properties) -> list[str]:
    listed = statement["Action"]
    return [listed] if isinstance(listed, str) else listed


def as_text(value: Any) -> str:
    """Write an ARN that the template puts together, with `${…}` for what it refers to."""
    match value:
        case str():
            return value
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Join": ["", parts]}:
            return "".join(map(as_text, parts))
        case _:
            raise AssertionError(f"unexpected in an ARN: {value!r}")
