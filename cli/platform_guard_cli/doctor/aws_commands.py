"""Builds AWS CLI commands for fixes, quoted for a POSIX shell."""

import shlex


def run_aws(service: str, command: str, region: str, *arguments: str) -> str:
    """Return the instruction `run aws SERVICE COMMAND --region REGION …`."""
    return "run " + shlex.join(["aws", service, command, "--region", region, *arguments])
