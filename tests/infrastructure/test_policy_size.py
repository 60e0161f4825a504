"""That no policy is deployed which IAM refuses for its length."""

import json
from pathlib import Path
from typing import Any

import pytest

from platform_guard_settings.guard_toml import SettingsError
from tests.infrastructure.conftest import Synthesize

MOST_CHARACTERS = 10_240
"""Of all policies in a role, without white space (IAM quotas)."""

IN_AN_ACCOUNT = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "123456789012",
}


def quarantined(number: int) -> str:
    """Give the settings of an operator with so many rules for repositories of their own."""
    return "".join(
        f'[[repository]]\nrepository = "teams/team-{place:03}/*"\n'
        'remedies.missing-platform = "quarantine"\n'
        for place in range(number)
    )


def posted_to(number: int) -> str:
    """Give the settings of an operator with so many channels of Slack."""
    return "".join(
        f'[[slack.channel]]\nname = "team-{place}"\nsecret = "slack/team-{place}"\n'
        for place in range(number)
    )


def deployed(value: Any) -> Any:
    """Fill in what CloudFormation does, with names as it makes them."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            made = f"arn:aws:any:eu-central-1:123456789012:ecr-platform-guard-{name}-0123456789AB"
            return IN_AN_ACCOUNT.get(name, made)
        case {"Fn::Join": [_, list(parts)]}:
            return "".join(map(deployed, parts))
        case dict():
            return {name: deployed(item) for name, item in value.items()}
        case list():
            return [deployed(item) for item in value]
        case _:
            return value


def test_rules_for_sixty_repositories_are_not_too_many(synthesize: Synthesize) -> None:
    role = synthesize(quarantined(60)).template.part("push_guard").role
    policies = [deployed(policy["PolicyDocument"]) for policy in role["Policies"]]
    text = "".join(json.dumps(policy, separators=(",", ":")) for policy in policies)

    assert text.count("repository/teams/") == 60
    assert len(text) <= MOST_CHARACTERS


@pytest.mark.parametrize(
    ("guard_toml", "why", "instead"),
    [
        pytest.param(
            quarantined(150),
            r"the remedies of the \[\[repository\]\] rules",
            r"write fewer patterns, such as one with \* for several repositories",
            id="repositories",
        ),
        pytest.param(
            posted_to(150),
            r"the secrets of the \[\[slack\.channel\]\] tables",
            "write fewer channels",
            id="channels",
        ),
    ],
)
def test_what_iam_would_refuse_in_the_middle_of_a_deployment_is_refused_before(
    guard_toml: str, why: str, instead: str, tmp_path: Path
) -> None:
    from platform_guard_cdk.synthesis import synthesize

    guard_file = tmp_path / "guard.toml"
    guard_file.write_text(guard_toml, encoding="utf-8")

    message = (
        rf"^guard\.toml: {why} need a policy of about 1\d,\d{{3}} characters, "
        rf"and IAM admits 10,240; {instead}$"
    )
    with pytest.raises(SettingsError, match=message):
        synthesize(guard_file, tmp_path / "cdk.out")
