"""What a region has to offer before the stack can be deployed to it."""

from platform_guard_settings.deploy import partition_of

POWERTOOLS_VERSION = "3.37.0"
"""The version in pyproject.toml, so that what is tested is what runs."""

PYTHON = "python3.14"
"""The runtime of the functions, as Lambda calls it."""

LAYER_PARAMETER = f"/aws/service/powertools/python/arm64/{PYTHON}/{POWERTOOLS_VERSION}"
"""Where AWS publishes the ARN of the layer with Powertools, in each region that has it."""


def has_layer(region: str) -> bool:
    """Return whether AWS publishes `LAYER_PARAMETER` in a region.

    In China and GovCloud it does not, and nothing says so of a partition that is not known here.
    https://docs.aws.amazon.com/powertools/python/latest/getting-started/install/
    """
    try:
        return partition_of(region) == "aws"
    except ValueError:
        return False


BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
"""Where the CDK writes the version of its bootstrap stack, unless someone renamed it."""

BOOTSTRAP_VERSION = 6
"""The version that the stack's template asks for."""
