"""Runtime, architecture and Powertools layer of the functions."""

from aws_cdk import Stack, Token
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from platform_guard_cdk.versions import LAYER_PARAMETER, PYTHON, has_layer

RUNTIME = lambda_.Runtime(PYTHON, lambda_.RuntimeFamily.PYTHON)
ARCHITECTURE = lambda_.Architecture.ARM_64


class PowertoolsLayer(Construct):
    """The layer that AWS publishes with Powertools for AWS Lambda.

    CloudFormation resolves its ARN from SSM at each deployment, in the region of the stack.
    https://docs.aws.amazon.com/powertools/python/latest/getting-started/install/
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.version = lambda_.LayerVersion.from_layer_version_arn(
            self, "Version", ssm.StringParameter.value_for_string_parameter(self, LAYER_PARAMETER)
        )


def bundles_powertools(scope: Construct) -> bool:
    """Return whether the asset must contain Powertools, because the region has no layer.

    An environment-agnostic stack uses the layer.
    """
    region = Stack.of(scope).region
    return not Token.is_unresolved(region) and not has_layer(region)
