"""Where the stack can stand: any region, the regions of the settings, other partitions."""

import json
import re

import pytest

from tests.infrastructure.conftest import Synthesize
from tests.infrastructure.template import Synthesis, Template


@pytest.fixture(scope="session")
def three_regions(synthesize: Synthesize) -> Synthesis:
    return synthesize('[deploy]\nregions = ["eu-central-1", "us-east-1", "ap-southeast-2"]\n')


@pytest.fixture(scope="session")
def china(synthesize: Synthesize) -> Template:
    return synthesize('[deploy]\nregions = ["cn-north-1"]\n').of_region("cn-north-1")


@pytest.fixture(scope="session")
def gov_cloud(synthesize: Synthesize) -> Template:
    return synthesize('[deploy]\nregions = ["us-gov-west-1"]\n').of_region("us-gov-west-1")


def test_without_regions_one_stack_fits_any(default: Synthesis) -> None:
    assert default.stacks() == {"ecr-platform-guard": "aws://unknown-account/unknown-region"}
    assert "eu-central-1" not in json.dumps(default.template.content)


def test_each_region_of_the_settings_has_a_stack_of_the_same_name(
    three_regions: Synthesis,
) -> None:
    assert three_regions.stacks() == {
        f"ecr-platform-guard-{region}": f"aws://unknown-account/{region}"
        for region in ("eu-central-1", "us-east-1", "ap-southeast-2")
    }
    assert set(three_regions.stack_names()) == {"ecr-platform-guard"}


def test_the_stacks_of_two_regions_differ_in_nothing_but_the_region(
    three_regions: Synthesis,
) -> None:
    assert _without_region(three_regions, "eu-central-1") == _without_region(
        three_regions, "us-east-1"
    )


def test_regions_do_not_change_what_the_resources_are_called(
    three_regions: Synthesis, template: Template
) -> None:
    assert set(three_regions.of_region("us-east-1").content["Resources"]) == set(
        template.content["Resources"]
    )


@pytest.mark.parametrize("which", ["template", "china", "gov_cloud"])
def test_nothing_is_named_in_a_way_that_only_one_partition_knows(
    which: str, request: pytest.FixtureRequest
) -> None:
    template: Template = request.getfixturevalue(which)
    text = json.dumps(template.content)

    assert "arn:aws" not in text
    assert "amazonaws.com.cn" not in text
    assert {service.partition(".")[2] for service in _assuming_services(template)} == {
        "amazonaws.com"
    }


def _without_region(synthesis: Synthesis, region: str) -> str:
    text = json.dumps(synthesis.of_region(region).content).replace(region, "REGION")
    # The CDK names the statement that admits a rule by the rule's place in the app.
    return re.sub(r'"Sid": "AllowEventRule\w+"', '"Sid": "AllowEventRule"', text)


def _assuming_services(template: Template) -> set[str]:
    """Give the services that assume roles. They are called amazonaws.com in China too."""
    return {
        statement["Principal"]["Service"]
        for role in template.resources("AWS::IAM::Role").values()
        for statement in role["AssumeRolePolicyDocument"]["Statement"]
    }
