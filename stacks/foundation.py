"""What all functions of the guard share."""

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from platform_guard.settings import Settings
from stacks.alerts import Alerts
from stacks.runtime import PowertoolsLayer
from stacks.state import State


@dataclass(frozen=True, slots=True)
class Foundation:
    """The code, the layer under it, where alerts go and what is remembered."""

    code: lambda_.Code
    powertools: lambda_.ILayerVersion
    alerts: Alerts
    state: State


def lay_foundation(scope: Construct, settings: Settings, code_folder: Path) -> Foundation:
    """Build in `scope` what all functions share."""
    return Foundation(
        code=lambda_.Code.from_asset(str(code_folder)),
        powertools=PowertoolsLayer(scope, "Powertools").version,
        alerts=Alerts(scope, "Alerts", settings.emails),
        state=State(scope, "State"),
    )
