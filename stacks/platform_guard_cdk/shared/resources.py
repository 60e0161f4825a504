"""The resources that every function of the guard uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from platform_guard_cdk.shared.encryption import Encryption
from platform_guard_cdk.shared.runtime import PowertoolsLayer, bundles_powertools
from platform_guard_cdk.shared.state_table import State
from platform_guard_cdk.shared.topic import Alerts
from platform_guard_settings.guard_toml import GuardSettings


@dataclass(frozen=True, slots=True)
class SharedResources:
    """Settings, code and layers, encryption, the alert topic and the state table."""

    settings: GuardSettings
    code: lambda_.Code
    layers: Sequence[lambda_.ILayerVersion]
    encryption: Encryption
    alerts: Alerts
    state: State


def create_shared(
    scope: Construct, settings: GuardSettings, code_folder: Path, encryption_key: kms.IKey | None
) -> SharedResources:
    """Create the shared resources in `scope`; `code_folder` becomes the Lambda asset."""
    encryption = Encryption(
        scope, "Encryption", everything=settings.deploy.customer_key, key=encryption_key
    )
    return SharedResources(
        settings=settings,
        code=lambda_.Code.from_asset(str(code_folder)),
        layers=() if bundles_powertools(scope) else (PowertoolsLayer(scope, "Powertools").version,),
        encryption=encryption,
        alerts=Alerts(scope, "Alerts", encryption=encryption, emails=settings.alerts.emails),
        state=State(scope, "State", encryption=encryption),
    )
