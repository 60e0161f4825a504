"""Validation of AWS CLI commands against the botocore service models."""

import re
import shlex
from importlib import import_module

from botocore import xform_name
from botocore.model import OperationModel
from botocore.session import Session

jmespath = import_module("jmespath")  # has no type hints
_SESSION = Session()
_GLOBAL = {"region", "query", "output", "cli-input-json"}

# Options that the CLI adds to the model: awscli/customizations/ec2/secgroupsimplify.py
_ADDED = {"authorize-security-group-ingress": {"protocol", "port", "source-group", "cidr"}}

# Services that the CLI renames: awscli/customizations/codedeploy/codedeploy.py
_RENAMED = {"deploy": "codedeploy"}

# Options that the CLI renames: awscli/customizations/argrename.py
_RENAMED_OPTIONS = {("sns", "subscribe", "endpoint"): "notification-endpoint"}


def check_aws_command(command: str) -> None:
    """Assert that a command is valid according to the service models."""
    words = shlex.split(re.sub(r" > [\w.-]+$", "", command))
    assert words[0] == "aws"
    if words[2] == "wait":
        _check_waiter(words)
        return
    _check_operation(words[1], words[2], words[3:])


def _check_waiter(words: list[str]) -> None:
    model = _SESSION.get_waiter_model(words[1])
    waiters = {xform_name(name, "-"): model.get_waiter(name) for name in model.waiter_names}
    assert words[3] in waiters, f"no waiter {words[3]}"
    _check_operation(words[1], xform_name(waiters[words[3]].operation, "-"), words[4:])


def _check_operation(service: str, name: str, words: list[str]) -> None:
    operation = _operation(service, name)
    shape = operation.input_shape
    assert shape is not None
    members = {_option(service, name, member) for member in shape.members}
    given = {word.removeprefix("--") for word in words if word.startswith("--")}
    unknown = given - members - _GLOBAL - _ADDED.get(name, set())
    assert not unknown, f"{service} {name} has no {unknown}"
    assert "region" in given
    required = {_option(service, name, member) for member in shape.required_members}
    assert "cli-input-json" in given or required <= given, f"{service} {name} requires {required}"
    assert not words or words[0].startswith("--"), f"unexpected argument {words[0]}"
    if "query" in given:
        jmespath.compile(words[words.index("--query") + 1])


def _option(service: str, operation: str, member: str) -> str:
    option = xform_name(member, "-")
    return _RENAMED_OPTIONS.get((service, operation, option), option)


def _operation(service: str, name: str) -> OperationModel:
    model = _SESSION.get_service_model(_RENAMED.get(service, service))
    operations = {xform_name(operation, "-"): operation for operation in model.operation_names}
    assert name in operations, f"{service} has no {name}"
    return model.operation_model(operations[name])
