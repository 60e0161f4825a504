"""Prefixes of the error messages that ECS shows, and rows for tables of them."""

import pytest

from platform_guard.diagnosis.pull_error.classifier import Cause

ECR = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
DIGEST = "sha256:34ae38286287fb088ca5c783fbab8b99961bd77218f125907c8fc056d42e3d78"
COPY = "CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy: "
DAEMON = "CannotPullContainerError: Error response from daemon: "
SECRETS = "ResourceInitializationError: unable to pull secrets or registry auth: "
RETRIEVAL = f"{SECRETS}execution resource retrieval failed: "


def error_case(text: str, cause: Cause, source: str) -> object:
    """Return a test case; `source` is the program that prints the text."""
    return pytest.param(text, cause, id=f"{source} | {text[-60:]}")
