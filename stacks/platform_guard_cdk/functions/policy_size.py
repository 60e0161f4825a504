"""Checks the size of a role's inline policy at synthesis, before IAM rejects a deployment."""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from platform_guard_settings.guard_toml import GUARD_FILE, SettingsError

MAX_CHARACTERS = 10_240
"""IAM's limit for all inline policies of a role together, without white space.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

_MAX_LENGTHS = {
    "AWS::AccountId": 12,
    "AWS::Partition": len("aws-us-gov"),
    "AWS::Region": len("ap-southeast-1"),
}

# An ARN whose name CloudFormation generates from the stack name, the logical id and a suffix.
_MAX_RESOURCE_LENGTH = 150


def check_policy_size(stack: Stack, policy: iam.PolicyDocument, settings: str, advice: str) -> None:
    """Raise SettingsError if a role's policy exceeds `MAX_CHARACTERS`.

    `settings`: the settings that make it large. `advice`: how to shorten them.
    """
    size = max_length(stack.resolve(policy))
    if size > MAX_CHARACTERS:
        raise SettingsError(
            f"{GUARD_FILE}: {settings} need a policy of about {size:,} characters, but IAM "
            f"allows {MAX_CHARACTERS:,}; {advice}"
        )


def max_length(policy: object) -> int:
    """Return the maximum length of a policy after CloudFormation has resolved its references."""
    return len(json.dumps(_substituted(policy), separators=(",", ":")))


def _substituted(value: Any) -> Any:
    match value:
        case {"Ref": str(name)}:
            return "x" * _MAX_LENGTHS.get(name, _MAX_RESOURCE_LENGTH)
        case {"Fn::GetAtt": _}:
            return "x" * _MAX_RESOURCE_LENGTH
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(map(str, map(_substituted, parts)))
        case Mapping():
            return {name: _substituted(item) for name, item in value.items()}
        case list():
            return [_substituted(item) for item in value]
        case _:
            return value
