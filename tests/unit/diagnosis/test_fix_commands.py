"""Commands of fixes: names are quoted correctly."""

import re
import shlex
from dataclasses import replace
from importlib import import_module

import pytest
from botocore.model import Shape, StructureShape
from botocore.session import Session
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from platform_guard.alerts.aws_cli import registrable
from platform_guard.diagnosis.diagnosis import diagnose
from platform_guard.diagnosis.failure import PullFailure
from platform_guard.diagnosis.pull_error.classifier import classify
from platform_guard.diagnosis.task_event import StoppedContainer
from tests.support.aws_commands import check_aws_command
from tests.support.diagnoses import alert_of
from tests.support.images import Json
from tests.support.stops import failure_of, stop_of, stop_with

jmespath = import_module("jmespath")  # has no types
ECS = Session().get_service_model("ecs")


def structure(shape: Shape | None) -> StructureShape:
    assert isinstance(shape, StructureShape)
    return shape


REGISTER = structure(ECS.operation_model("RegisterTaskDefinition").input_shape)
DESCRIBED = structure(ECS.shape_for("TaskDefinition"))

TEXTS = [
    "CannotPullContainerError: image Manifest does not contain descriptor matching platform "
    "'linux/amd64'",
    "CannotPullContainerError: Error response from daemon: manifest unknown: manifest unknown",
    "CannotPullContainerError: Error response from daemon: pull access denied for this, repository "
    "does not exist or may require 'docker login'",
    "CannotPullContainerError: context canceled",
    "CannotPullContainerError: write /x: no space left on device",
    "CannotPullContainerError: something else",
]

# The grammars of the ECS and ECR APIs, up to and beyond their limits.
NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,255}", fullmatch=True)
TAGS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", fullmatch=True)
REPOSITORIES = st.lists(
    st.from_regex(r"[a-z0-9]{1,60}(?:[._-][a-z0-9]{1,20}){0,2}", fullmatch=True),
    min_size=1,
    max_size=8,
).map(lambda parts: "/".join(parts)[:256].rstrip("/._-"))
# A value with a leading hyphen is an option, quoted or not.
HOSTILE = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60
).filter(lambda text: not text.startswith("-"))


@given(NAMES, NAMES, REPOSITORIES, TAGS, st.sampled_from(TEXTS))
def test_commands_contain_names_at_the_limits_of_their_grammars(
    cluster: str, service: str, repository: str, tag: str, text: str
) -> None:
    image = f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/{repository}:{tag}"
    stop = replace(
        stop_with(text, image),
        cluster_arn=f"arn:aws:ecs:eu-central-1:123456789012:cluster/{cluster}",
        group=f"service:{service}",
    )
    words = [
        shlex.split(command)
        for fix in diagnose(stop, failure_of(stop)).fixes
        for command in fix.commands
    ]

    for command in words:
        if command[1:3] == ["ecs", "update-service"]:
            assert command[command.index("--cluster") + 1] == cluster
            assert command[command.index("--service") + 1] == service
        if "--repository-name" in command:
            assert command[command.index("--repository-name") + 1] == repository
        if "-t" in command:
            new = f"{image.rpartition(':')[0]}:{tag[:120]}-rebuilt"
            assert command[command.index("-t") + 1] in (image, new)


@given(HOSTILE, HOSTILE, HOSTILE, st.sampled_from(TEXTS))
def test_hostile_names_remain_one_word_of_a_command(
    cluster: str, service: str, image: str, text: str
) -> None:
    stop = replace(stop_of("fargate-platform-mismatch"), group=f"service:{service}")
    stop = replace(stop, cluster_arn=f"arn:aws:ecs:eu-central-1:1:cluster/{cluster}")
    failure = PullFailure(classify(text), StoppedContainer("api", image))

    for fix in diagnose(stop, failure).fixes:
        for command in fix.commands:
            if command.startswith("aws "):
                check_aws_command(command)


@pytest.mark.parametrize("text", TEXTS)
def test_the_title_lists_the_placeholders_of_the_commands(text: str) -> None:
    for fix in diagnose(None, PullFailure(classify(text))).fixes:
        for command in fix.commands:
            for word in ("CLUSTER", "SERVICE", "REGION", "REPOSITORY", "TAG", "TASK_ID"):
                is_used = re.search(rf"(?<![A-Z_]){word}(?![A-Z_])", command) is not None
                assert not is_used or word in fix.title


def test_a_new_tag_changes_only_the_containers_of_the_image() -> None:
    fix = alert_of("platform-mismatch-immutable").fixes[0]
    words = next(shlex.split(line) for line in fix.commands if "describe-task-definition" in line)
    old = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/api:1.4.2"
    proxy = {"name": "proxy", "image": "envoy:1"}
    containers = [
        {"name": "api", "image": old, "memory": 512},
        proxy,
        {"name": "init", "image": old},
    ]
    described = {"taskDefinition": {"family": "shop-api", "containerDefinitions": containers}}

    made = jmespath.search(words[words.index("--query") + 1], described)

    new = f"{old}-rebuilt"
    assert made["containerDefinitions"] == [
        {"name": "api", "image": new, "memory": 512},
        proxy,
        {"name": "init", "image": new},
    ]


def described(present: frozenset[str]) -> Json:
    """Return a DescribeTaskDefinition response with some null values and tags set by AWS."""
    values: Json = {
        name: _example(shape) if name in present else None
        for name, shape in DESCRIBED.members.items()
    }
    values |= {"family": "shop-api", "containerDefinitions": [{"name": "api", "image": "a:1"}]}
    tags = [{"key": "aws:cloudformation:stack-name", "value": "s"}, {"key": "team", "value": "t"}]
    return {"taskDefinition": values, "tags": tags}


def _example(shape: Shape) -> object:
    match shape.type_name:
        case "string":
            return (getattr(shape, "enum", None) or ["text"])[0]
        case "integer":
            return 7
        case "boolean":
            return True
        case "list":
            return [_example(shape.member)] if hasattr(shape, "member") else []
        case "structure" if isinstance(shape, StructureShape):
            return {name: _example(shape.members[name]) for name in shape.required_members}
        case _:
            return None


OPTIONAL = sorted(
    (set(DESCRIBED.members) & set(REGISTER.members)) - {"family", "containerDefinitions"}
)


@pytest.mark.parametrize("are_parameters_known", [True, False])
@given(st.frozensets(st.sampled_from(OPTIONAL)))
def test_a_described_task_definition_becomes_valid_input_for_registration(
    are_parameters_known: bool, present: frozenset[str]
) -> None:
    platform = {"runtimePlatform": '{cpuArchitecture: `"ARM64"`}'}
    stated = present | {"family", "revision"} if are_parameters_known else frozenset[str]()
    source = described(present)

    made = jmespath.search(registrable(platform, stated), source)

    report = ParamValidator().validate(made, REGISTER)
    assert not report.has_errors(), report.generate_report()
    assert set(made) == present | {"family", "containerDefinitions", "runtimePlatform", "tags"}
    assert made["runtimePlatform"] == {"cpuArchitecture": "ARM64"}
    assert made["tags"] == [{"key": "team", "value": "t"}]
