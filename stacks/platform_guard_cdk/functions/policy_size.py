"""How much a role's policy may say: IAM refuses a larger one in the middle of a deployment."""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from platform_guard_settings.guard_toml import GUARD_FILE, SettingsError

MOST_CHARACTERS = 10_240
"""Of all policies in a role, without white space.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

_LONGEST = {
    "AWS::AccountId": 12,
    "AWS::Partition": len("aws-us-gov"),
    "AWS::Region": len("ap-southeast-1"),
}

# An ARN with a name that CloudFormation makes of the stack's, the logical id and its own letters.
_CHARACTERS_OF_A_RESOURCE = 150


def check_policy_size(stack: Stack, policy: iam.PolicyDocument, because: str, instead: str) -> None:
    """Raise SettingsError where a role's policy is larger than IAM admits.

    `because`: which settings make it so large. `instead`: what to write.
    """
    size = characters(stack.resolve(policy))
    if size > MOST_CHARACTERS:
        raise SettingsError(
            f"{GUARD_FILE}: {because} need a policy of about {size:,} characters, and IAM admits "
            f"{MOST_CHARACTERS:,}; {instead}"
        )


def characters(policy: object) -> int:
    """Return the length of a policy that CloudFormation has filled in, at the most."""
    return len(json.dumps(_filled(policy), separators=(",", ":")))


def _filled(value: Any) -> Any:
    match value:
        case {"Ref": str(name)}:
            return "x" * _LONGEST.get(name, _CHARACTERS_OF_A_RESOURCE)
        case {"Fn::GetAtt": _}:
            return "x" * _CHARACTERS_OF_A_RESOURCE
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(map(str, map(_filled, parts)))
        case Mapping():
            return {name: _filled(item) for name, item in value.items()}
        case list():
            return [_filled(item) for item in value]
        case _:
            return value
