"""Policies above IAM's size limit fail the synthesis."""

import json
from pathlib import Path
from typing import Any

import pytest

from platform_guard_settings.guard_toml import SettingsError
from tests.infrastructure.conftest import Synthesize

MAX_CHARACTERS = 10_240
"""IAM's quota for all inline policies of a role together, without white space."""

IN_AN_ACCOUNT = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "123456789012",
}


def with_quarantine_rules(number: int) -> str:
    """Return settings with `number` rules that quarantine in different repositories."""
    return "".join(
        f'[[repository]]\nrepository = "teams/team-{place:03}/*"\n'
        'remedies.missing-platform = "quarantine"\n'
        for place in range(number)
    )


def with_channels(number: int) -> str:
    """Return settings with `number` Slack channels."""
    return "".join(
        f'[[slack.channel]]\nname = "team-{place}"\nsecret = "slack/team-{place}"\n'
        for place in range(number)
    )


def resolved(value: Any) -> Any:
    """Resolve references as CloudFormation does, with names of the length that it generates."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            made = f"arn:aws:any:eu-central-1:123456789012:ecr-platform-guard-{name}-0123456789AB"
            return IN_AN_ACCOUNT.get(name, made)
        case {"Fn::Join": [_, list(parts)]}:
            return "".join(map(resolved, parts))
        case dict():
            return {name: resolved(item) for name, item in value.items()}
        case list():
            return [resolved(item) for item in value]
        case _:
            return value


def test_rules_for_sixty_repositories_fit_into_a_policy(synthesize: Synthesize) -> None:
    role = synthesize(with_quarantine_rules(60)).template.part("push_guard").role
    policies = [resolved(policy["PolicyDocument"]) for policy in role["Policies"]]
    text = "".join(json.dumps(policy, separators=(",", ":")) for policy in policies)

    assert text.count("repository/teams/") == 60
    assert len(text) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    ("guard_toml", "why", "instead"),
    [
        pytest.param(
            with_quarantine_rules(150),
            r"the remedies of the \[\[repository\]\] rules",
            r"use fewer patterns, such as one with \* for several repositories",
            id="repositories",
        ),
        pytest.param(
            with_channels(150),
            r"the secrets of the \[\[slack\.channel\]\] tables",
            "use fewer channels",
            id="channels",
        ),
    ],
)
def test_a_policy_above_the_limit_of_iam_fails_the_synthesis(
    guard_toml: str, why: str, instead: str, tmp_path: Path
) -> None:
    from platform_guard_cdk.synthesis import synthesize

    guard_file = tmp_path / "guard.toml"
    guard_file.write_text(guard_toml, encoding="utf-8")

    message = (
        rf"^guard\.toml: {why} need a policy of about 1\d,\d{{3}} characters, "
        rf"but IAM allows 10,240; {instead}$"
    )
    with pytest.raises(SettingsError, match=message):
        synthesize(guard_file, tmp_path / "cdk.out")
