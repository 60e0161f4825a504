"""AWS CLI commands that fix something, quoted for a POSIX shell."""

import shlex


def run_aws(service: str, command: str, region: str, *arguments: str) -> str:
    """Return `run aws …` for a command in a region."""
    return "run " + shlex.join(["aws", service, command, "--region", region, *arguments])
