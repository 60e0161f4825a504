"""Stacks for any region, for configured regions, and for other partitions."""

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.infrastructure.conftest import Synthesize
from tests.infrastructure.template import Synthesis, Template

IN_LAMBDA = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
"""The packages of the Lambda Python runtime: boto3 and its dependencies."""


@pytest.fixture(scope="session")
def three_regions(synthesize: Synthesize) -> Synthesis:
    return synthesize('[deploy]\nregions = ["eu-central-1", "us-east-1", "ap-southeast-2"]\n')


@pytest.fixture(scope="session")
def chinese(synthesize: Synthesize) -> Synthesis:
    return synthesize('[deploy]\nregions = ["cn-north-1"]\n')


@pytest.fixture(scope="session")
def china(chinese: Synthesis) -> Template:
    return chinese.of_region("cn-north-1")


@pytest.fixture(scope="session")
def gov_cloud(synthesize: Synthesize) -> Template:
    return synthesize('[deploy]\nregions = ["us-gov-west-1"]\n').of_region("us-gov-west-1")


def test_without_regions_one_stack_fits_any_region(default: Synthesis) -> None:
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


def test_regions_do_not_change_logical_ids(three_regions: Synthesis, template: Template) -> None:
    assert set(three_regions.of_region("us-east-1").content["Resources"]) == set(
        template.content["Resources"]
    )


@pytest.mark.parametrize("which", ["template", "china", "gov_cloud"])
def test_arns_and_service_principals_fit_every_partition(
    which: str, request: pytest.FixtureRequest
) -> None:
    template: Template = request.getfixturevalue(which)
    text = json.dumps(template.content)

    assert "arn:aws" not in text
    assert "amazonaws.com.cn" not in text
    assert {service.partition(".")[2] for service in _assuming_services(template)} == {
        "amazonaws.com"
    }


@pytest.mark.parametrize("which", ["china", "gov_cloud"])
def test_a_region_without_the_powertools_layer_does_not_look_it_up(
    which: str, request: pytest.FixtureRequest
) -> None:
    template: Template = request.getfixturevalue(which)

    assert "powertools" not in json.dumps(template.content["Parameters"])
    assert not [
        function
        for function in template.resources("AWS::Lambda::Function").values()
        if function.get("Layers")
    ]


def test_the_asset_for_china_imports_with_only_the_packages_of_lambda(
    chinese: Synthesis, tmp_path: Path
) -> None:
    code = chinese.code_folder("cn-north-1")
    for name in IN_LAMBDA:
        place = Path(str(find_spec(name).origin))  # type: ignore[union-attr]
        source = place.parent if place.name == "__init__.py" else place
        (tmp_path / source.name).symlink_to(source)

    for function in chinese.of_region("cn-north-1").resources("AWS::Lambda::Function").values():
        variables = function["Environment"]["Variables"].items()
        finished = subprocess.run(  # noqa: S603 - the arguments are ours
            [sys.executable, "-S", "-c", f"import {function['Handler'].partition('.')[0]}"],
            env={
                **{name: value if isinstance(value, str) else "any" for name, value in variables},
                "AWS_REGION": "cn-north-1",
                "LAMBDA_TASK_ROOT": str(code),
                "PYTHONPATH": f"{code}{os.pathsep}{tmp_path}",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            capture_output=True,
            text=True,
            check=False,
        )

        assert finished.returncode == 0, finished.stderr


def test_an_asset_with_powertools_is_the_same_on_every_machine(chinese: Synthesis) -> None:
    files = [file for file in chinese.code_folder("cn-north-1").rglob("*") if file.is_file()]

    assert not [file for file in files if "__pycache__" in file.parts or file.suffix == ".so"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o644}


def _without_region(synthesis: Synthesis, region: str) -> str:
    text = json.dumps(synthesis.of_region(region).content).replace(region, "REGION")
    # The CDK derives the Sid of this statement from the rule's path in the app.
    return re.sub(r'"Sid": "AllowEventRule\w+"', '"Sid": "AllowEventRule"', text)


def _assuming_services(template: Template) -> set[str]:
    """Return the services that assume roles. In China they end with amazonaws.com too."""
    return {
        statement["Principal"]["Service"]
        for role in template.resources("AWS::IAM::Role").values()
        for statement in role["AssumeRolePolicyDocument"]["Statement"]
    }
