"""An upgrade from any release keeps stored data and subscriptions."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema.manager import (  # type: ignore[import-untyped]
    PROVIDER_SCHEMA_MANAGER,
)

from tests.infrastructure.template import Template

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.template.json"))

STATEFUL = (
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
)
"""Resource types that lose something when replaced: data, a value, a confirmation."""


def lost_in_upgrade(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield the stateful resources that CloudFormation would remove or replace."""
    for logical_id, old in before["Resources"].items():
        if old["Type"] not in STATEFUL:
            continue
        new = after["Resources"].get(logical_id)
        if new is None or new["Type"] != old["Type"]:
            yield f"{logical_id} is removed"
            continue
        for name in fixed_at_creation(old["Type"]):
            if old["Properties"].get(name) != new["Properties"].get(name):
                yield f"{logical_id} is replaced because its {name} changes"


def fixed_at_creation(kind: str) -> set[str]:
    """Return the properties whose change makes CloudFormation replace a resource."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    paths = [
        *schema.get("createOnlyProperties", []),
        *schema.get("conditionalCreateOnlyProperties", []),
    ]
    return {path.split("/")[2] for path in paths}


def test_every_kind_of_deployment_has_a_release_to_upgrade_from() -> None:
    assert {release_of(path)[1] for path in RELEASES} == {"default", "everything"}


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name.split(".template")[0])
def test_an_upgrade_keeps_every_stateful_resource(
    release: Path, template: Template, everything: Template
) -> None:
    before = json.loads(release.read_text(encoding="utf-8"))
    after = {"default": template, "everything": everything}[release_of(release)[1]]

    assert list(lost_in_upgrade(before, after.content)) == []


def release_of(path: Path) -> tuple[str, str]:
    """Return the version of a release and the name of its settings."""
    version, _, settings = path.name.removesuffix(".template.json").partition("-")
    return version, settings or "default"


def test_a_lost_resource_is_detected(template: Template) -> None:
    changed = json.loads(json.dumps(template.content))
    (table,) = template.resources("AWS::DynamoDB::Table")
    (topic,) = template.resources("AWS::SNS::Topic")
    changed["Resources"][table]["Properties"]["KeySchema"] = []
    changed["Resources"]["Renamed"] = changed["Resources"].pop(topic)

    assert set(lost_in_upgrade(template.content, changed)) == {
        f"{table} is replaced because its KeySchema changes",
        f"{topic} is removed",
    }


def test_hardened_settings_replace_no_stateful_resource(
    template: Template, hardened: Template
) -> None:
    assert list(lost_in_upgrade(template.content, hardened.content)) == []
