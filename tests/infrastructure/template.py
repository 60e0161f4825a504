"""A synthesized template, with lookups along the references between its resources."""

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

    def of_region(self, region: str) -> "Template":
        """Return the template for one of the configured regions."""
        file = self.folder / f"{STACK}-{region}.template.json"
        return Template(json.loads(file.read_text(encoding="utf-8")))

    def stacks(self) -> dict[str, str]:
        """Return the environment of each stack, by the stack's id in the app."""
        return {name: stack["environment"] for name, stack in self._stacks().items()}

    def stack_names(self) -> list[str]:
        """Return the CloudFormation names of the stacks."""
        return [
            stack["properties"].get("stackName", name) for name, stack in self._stacks().items()
        ]

    def _stacks(self) -> dict[str, Any]:
        manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return {
            name: artifact
            for name, artifact in manifest["artifacts"].items()
            if artifact["type"] == "aws:cloudformation:stack"
        }

    def code_folder(self, region: str = "") -> Path:
        """Return the folder of the asset that all functions run, optionally for one region."""
        template = self.of_region(region) if region else self.template
        functions = template.resources("AWS::Lambda::Function").values()
        (key,) = {str(function["Code"]["S3Key"]) for function in functions}
        stack = f"{STACK}-{region}" if region else STACK
        assets = json.loads((self.folder / f"{stack}.assets.json").read_text(encoding="utf-8"))
        path: str = assets["files"][key.removesuffix(".zip")]["source"]["path"]
        return self.folder / path


@dataclass(frozen=True, slots=True)
class Template:
    content: Mapping[str, Any]

    def resources(self, kind: str) -> dict[str, Properties]:
        """Return the properties of all resources of a type, by logical id."""
        return {
            logical_id: resource["Properties"]
            for logical_id, resource in self.content["Resources"].items()
            if resource["Type"] == kind
        }

    def only(self, kind: str) -> Properties:
        """Return the properties of the only resource of a type."""
        (properties,) = self.resources(kind).values()
        return properties

    def at(self, reference: object) -> Properties:
        """Return the properties of the resource that a Ref or GetAtt names."""
        properties: Properties = self.content["Resources"][logical_id(reference)]["Properties"]
        return properties

    def part(self, module: str) -> "Part":
        """Return the function whose entry point is in a module, with its queue and rules."""
        for logical_id, function in self.resources("AWS::Lambda::Function").items():
            if function["Handler"] == f"{module}.handler":
                return Part(self, logical_id, function)
        raise AssertionError(f"No function runs {module}.")

    def resource_policy(self, kind: str, reference: object) -> list[Properties]:
        """Return the statements of all queue or topic policies on a referenced resource."""
        return [
            statement
            for policy in self.resources(kind).values()
            if any(
                logical_id(target) == logical_id(reference)
                for target in policy.get("Queues", policy.get("Topics"))
            )
            for statement in policy["PolicyDocument"]["Statement"]
        ]


@dataclass(frozen=True, slots=True)
class Part:
    """A function with its queue, its rules and its role."""

    template: Template
    function_id: str
    function: Properties

    @property
    def mapping(self) -> Properties:
        mappings = self.template.resources("AWS::Lambda::EventSourceMapping").values()
        (own,) = [item for item in mappings if logical_id(item["FunctionName"]) == self.function_id]
        return own

    @property
    def queue_id(self) -> str:
        return logical_id(self.mapping["EventSourceArn"])

    @property
    def queue(self) -> Properties:
        return self.template.at(self.mapping["EventSourceArn"])

    @property
    def rules(self) -> dict[str, Properties]:
        """The rules that send to the queue, by logical id."""
        return {
            rule_id: rule
            for rule_id, rule in self.template.resources("AWS::Events::Rule").items()
            if any(logical_id(target["Arn"]) == self.queue_id for target in rule["Targets"])
        }

    @property
    def role(self) -> Properties:
        return self.template.at(self.function["Role"])

    def role_statements(self) -> Iterator[Properties]:
        for policy in self.role["Policies"]:
            yield from policy["PolicyDocument"]["Statement"]


def logical_id(reference: object) -> str:
    match reference:
        case {"Ref": str(name)}:
            return name
        case {"Fn::GetAtt": [str(name), _]}:
            return name
        case _:
            raise AssertionError(f"Not a resource reference: {reference!r}")


def actions(statement: Properties) -> list[str]:
    listed = statement["Action"]
    return [listed] if isinstance(listed, str) else listed


def as_text(value: Any) -> str:
    """Return an ARN that the template joins as text, with references as `${…}`."""
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
            raise AssertionError(f"Unexpected value in an ARN: {value!r}")
