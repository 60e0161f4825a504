"""The settings of the deployed functions, compiled from guard.toml at synthesis.

The compiled file was validated when it was written, so it is read without checks.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from platform_guard.alerts.alert import Severity
from platform_guard.alerts.settings import AlertSettings, AmazonQ, SlackChannel
from platform_guard.environment import environment_variable
from platform_guard.oci.platforms import Platform
from platform_guard.policy.policy import IndexRule, PlatformRule, Policy, Remedy
from platform_guard.policy.rules import Policies, Rule
from platform_guard.policy.tag_overrides import Override
from platform_guard.policy.verdict import Finding
from platform_guard.sweep.settings import SweepSettings

SETTINGS_FILE = "settings.json"
"""The name of the compiled settings in the Lambda asset."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the functions need of guard.toml; omitted settings have the defaults of this class."""

    policies: Policies = field(default_factory=Policies)
    delay_seconds: int = 15
    """Delay between a push and its evaluation, 0 to 900 seconds."""
    alerts: AlertSettings = field(default_factory=AlertSettings)
    incident_minutes: int = 60
    """Minimum time between two alerts about the same incident."""
    exec_format: bool = True
    """Whether a task that exits right after its start is checked for a platform mismatch."""
    sweep: SweepSettings = field(default_factory=SweepSettings)


def deployed_settings() -> Settings:
    """Return the settings in the Lambda asset."""
    file = Path(environment_variable(os.environ, "LAMBDA_TASK_ROOT"), SETTINGS_FILE)
    return read_compiled(json.loads(file.read_text(encoding="utf-8")))


def read_compiled(fields: Mapping[str, Any]) -> Settings:
    """Return the settings that `platform_guard_settings.compiled` wrote."""
    return Settings(
        policies=_policies(fields["policies"]),
        delay_seconds=fields["delay_seconds"],
        alerts=_alerts(fields["alerts"]),
        incident_minutes=fields["incident_minutes"],
        exec_format=fields["exec_format"],
        sweep=SweepSettings(**fields["sweep"]),
    )


def _policies(fields: Mapping[str, Any]) -> Policies:
    return Policies(
        default=_policy(fields["default"]),
        stated=frozenset(fields["stated"]),
        rules=tuple(
            Rule(**rule | {"policy": _policy(rule["policy"]), "stated": frozenset(rule["stated"])})
            for rule in fields["rules"]
        ),
        overrides=frozenset(map(Override, fields["overrides"])),
    )


def _policy(fields: Mapping[str, Any]) -> Policy:
    remedies = fields["remedies"].items()
    return Policy(
        required_platforms=tuple(
            Platform(**platform | {"os_features": frozenset(platform["os_features"])})
            for platform in fields["required_platforms"]
        ),
        platform_rule=PlatformRule(fields["platform_rule"]),
        index_rule=IndexRule(fields["index_rule"]),
        verify_config=fields["verify_config"],
        remedies={Finding(finding): Remedy(remedy) for finding, remedy in remedies},
        grace_seconds=fields["grace_seconds"],
        ignore=fields["ignore"],
    )


def _alerts(fields: Mapping[str, Any]) -> AlertSettings:
    return AlertSettings(
        emails=tuple(fields["emails"]),
        collect_seconds=fields["collect_seconds"],
        once_a_day=tuple(map(Finding, fields["once_a_day"])),
        messages_a_minute=fields["messages_a_minute"],
        resolved=fields["resolved"],
        slack=tuple(
            SlackChannel(
                channel["name"],
                channel["secret"],
                Severity(channel["severity"]),
                tuple(channel["repositories"]),
            )
            for channel in fields["slack"]
        ),
        amazon_q=AmazonQ(**fields["amazon_q"]) if fields["amazon_q"] else None,
    )
