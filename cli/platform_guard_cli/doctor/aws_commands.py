"""AWS CLI commands that fix something, quoted for a POSIX shell."""

import shlex


def run_aws(service: str, command: str, region: str, *arguments: str) -> str:
    """Say to run a command of the AWS CLI in a region."""
    return "run " + shlex.join(["aws", service, command, "--region", region, *arguments])
