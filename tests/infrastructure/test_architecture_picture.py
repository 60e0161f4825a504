"""The architecture picture shows exactly the deployed resources."""

import re
from xml.etree import ElementTree as ET

import pytest

from tests.infrastructure.conftest import Synthesize
from tests.infrastructure.settings import EVERYTHING
from tests.infrastructure.template import Template
from tests.support.paths import ROOT

PICTURE = ROOT / "docs/architecture.svg"
SVG = "{http://www.w3.org/2000/svg}"
SHOWN = (
    "AWS::Chatbot::SlackChannelConfiguration",
    "AWS::CloudWatch::Dashboard",
    "AWS::DynamoDB::Table",
    "AWS::Events::Rule",
    "AWS::KMS::Key",
    "AWS::Lambda::Function",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::Scheduler::ScheduleGroup",
)


def shown(template: Template) -> set[str]:
    """Return the logical ids that the picture must show, without their hash suffix."""
    return {
        re.sub("[0-9A-F]{8}$", "", logical_id)
        for kind in SHOWN
        for logical_id in template.resources(kind)
    }


@pytest.fixture(scope="module")
def boxes() -> dict[str, ET.Element]:
    """The boxes of resources, by logical id without its hash."""
    groups = ET.parse(PICTURE).getroot().iter(f"{SVG}g")  # noqa: S314 (our own file)
    return {group.attrib["id"]: group for group in groups if "id" in group.attrib}


def test_each_resource_has_a_box_and_each_box_a_resource(
    boxes: dict[str, ET.Element], template: Template, synthesize: Synthesize
) -> None:
    assert set(boxes) == shown(template) | shown(synthesize(EVERYTHING).template)


def test_a_box_is_dashed_if_the_default_stack_lacks_its_resource(
    boxes: dict[str, ET.Element], template: Template
) -> None:
    dashed = {
        name for name, box in boxes.items() if "optional" in box.attrib.get("class", "").split()
    }

    assert dashed == set(boxes) - shown(template)


def test_a_function_box_shows_the_name_of_its_module(
    boxes: dict[str, ET.Element], synthesize: Synthesize
) -> None:
    functions = synthesize(EVERYTHING).template.resources("AWS::Lambda::Function")
    modules = {
        re.sub("[0-9A-F]{8}$", "", logical_id): function["Handler"].removesuffix(".handler")
        for logical_id, function in functions.items()
    }

    assert modules == {name: boxes[name].findtext(f"{SVG}text") for name in modules}
