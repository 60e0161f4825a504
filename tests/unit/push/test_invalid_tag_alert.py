"""The alert about an invalid resource tag."""

import shlex

from platform_guard.policy.policy import Policy
from platform_guard.policy.tag_overrides import InvalidTag, Override, override
from platform_guard.push.invalid_tag import alert_about_invalid_tag
from platform_guard.registry.reference import Repository
from tests.support.channels import render_all_channels
from tests.support.golden import golden

REPOSITORY = Repository("123456789012", "eu-central-1", "team/app")


def invalid_tag(value: str) -> InvalidTag:
    tags = {Override.REMEDY.tag_key: value}
    return override(Policy(), tags, frozenset({Override.REMEDY})).invalid_tags[0]


def test_the_invalid_tag_alert_matches_its_golden_file() -> None:
    alert = alert_about_invalid_tag(invalid_tag("delete"), REPOSITORY)

    assert render_all_channels(alert) == golden("override-refused")


def test_the_command_in_an_invalid_tag_alert_removes_the_tag() -> None:
    alert = alert_about_invalid_tag(invalid_tag("delete"), REPOSITORY)

    arn = "arn:aws:ecr:eu-central-1:123456789012:repository/team/app"
    ((command,),) = (fix.commands for fix in alert.fixes)
    words = shlex.split(command)
    assert words[:3] == ["aws", "ecr", "untag-resource"]
    assert words[words.index("--resource-arn") + 1] == arn
    assert words[words.index("--tag-keys") + 1] == "platform-guard:remedy"
    assert words[words.index("--region") + 1] == "eu-central-1"
