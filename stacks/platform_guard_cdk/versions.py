"""What a region must provide for a deployment: runtime, Powertools layer, bootstrap stack."""

from platform_guard_settings.deploy import partition_of

POWERTOOLS_VERSION = "3.37.0"
"""Equal to the version in pyproject.toml, which the tests run with."""

PYTHON = "python3.14"
"""The Lambda runtime identifier."""

LAYER_PARAMETER = f"/aws/service/powertools/python/arm64/{PYTHON}/{POWERTOOLS_VERSION}"
"""The public SSM parameter with the ARN of the Powertools layer."""


def has_layer(region: str) -> bool:
    """Return whether AWS publishes `LAYER_PARAMETER` in a region.

    It does not in China and GovCloud. A region of an unknown partition counts as having none.
    https://docs.aws.amazon.com/powertools/python/latest/getting-started/install/
    """
    try:
        return partition_of(region) == "aws"
    except ValueError:
        return False


BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
"""The SSM parameter with the bootstrap version, for the default qualifier."""

BOOTSTRAP_VERSION = 6
"""The minimum bootstrap version that the template requires."""
