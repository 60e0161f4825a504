"""The operator's settings: `guard.toml`, read into values.

It is read when the stack is synthesized and again by the function that starts, so that a mistake
is found before anything is deployed, and imports stay few.
"""

import os
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

from platform_guard.alerts.settings import AlertSettings, read_alert_settings
from platform_guard.deploy_settings import DeploySettings, partition_of, read_deploy_settings
from platform_guard.environment import environment_variable
from platform_guard.policy.rules import Policies
from platform_guard.policy.settings import check_policies, read_policy, read_rules
from platform_guard.policy.tag_overrides import Override
from platform_guard.sweep.settings import SweepSettings, read_sweep_settings
from platform_guard.toml_table import (
    TomlTable,
    TomlTableError,
    a_boolean,
    a_whole_number,
    distinct,
    one_of,
)

GUARD_FILE = "guard.toml"
"""What the settings file is called, in the repository and in the functions' code."""

_MAX_INCIDENT_MINUTES = 7 * 24 * 60

MAX_DELAY_SECONDS = 900
"""The longest that SQS holds a message back (SQS API, CreateQueue, DelaySeconds)."""


class SettingsError(ValueError):
    """A mistake in the settings, as one line that names the place and says what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `guard.toml` says; what it leaves out has the default of this class."""

    policies: Policies = field(default_factory=Policies)
    delay_seconds: int = 15
    """How long a push waits before it is judged, 0 to 900 seconds."""
    alerts: AlertSettings = field(default_factory=AlertSettings)
    incident_minutes: int = 60
    """How long nobody is alerted again about tasks that fail for the same reason."""
    exec_format: bool = True
    """Whether tasks that exit at once are checked for an image of another platform."""
    sweep: SweepSettings = field(default_factory=SweepSettings)
    deploy: DeploySettings = field(default_factory=DeploySettings)


def load_settings(path: Path) -> Settings:
    """Read the settings from a file. Raises SettingsError, also where there is no such file."""
    try:
        # Editors on Windows put a byte order mark first, which TOML does not know.
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}); "
            "the guard's settings belong there, an empty file means the defaults"
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 text; save it as UTF-8") from error
    return parse_settings(text, source=path.name)


def parse_settings(text: str, source: str = GUARD_FILE) -> Settings:
    """Read the settings from TOML. Raises SettingsError; `source` is the file that it names."""
    try:
        document = tomllib.loads(text)
    # ValueError: tomllib leaks int()'s for numbers of thousands of digits.
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{source}: {error}") from error
    try:
        return _read_settings(document)
    except TomlTableError as error:
        raise SettingsError(f"{source}: {error}") from error


def _read_settings(document: dict[str, object]) -> Settings:
    default = Settings()
    with TomlTable(document) as root:
        with root.table("guard") as guard, root.table("remedies") as remedies:
            account = read_policy(guard, remedies, default.policies.default)
            overrides = guard.take("repository_overrides", _overrides, default.policies.overrides)
            delay_seconds = guard.take(
                "delay_seconds", a_whole_number(0, MAX_DELAY_SECONDS), default.delay_seconds
            )
        policies = replace(
            account,
            rules=read_rules(root, account.default),
            overrides=overrides,
        )
        check_policies(guard, remedies, policies)
        alerts = read_alert_settings(root)
        with root.table("diagnosis") as diagnosis:
            incident_minutes = diagnosis.take(
                "incident_minutes",
                a_whole_number(1, _MAX_INCIDENT_MINUTES),
                default.incident_minutes,
            )
            exec_format = diagnosis.take("exec_format", a_boolean, default.exec_format)
        sweep = read_sweep_settings(root)
        deploy = read_deploy_settings(root)
    if alerts.amazon_q is not None:
        _check_place_of_amazon_q(deploy.regions)
    return Settings(
        policies=policies,
        delay_seconds=delay_seconds,
        alerts=alerts,
        incident_minutes=incident_minutes,
        exec_format=exec_format,
        sweep=sweep,
        deploy=deploy,
    )


def _check_place_of_amazon_q(regions: tuple[str, ...]) -> None:
    without = next((region for region in regions if partition_of(region) != "aws"), None)
    if without is not None:
        raise TomlTableError(
            f"[amazon_q]: Amazon Q cannot be set up in {without}; write a [[slack.channel]] instead"
        )
    # https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1155
    if len(regions) > 1:
        raise TomlTableError(
            "[amazon_q]: an account can configure a channel for Amazon Q once, and not in several "
            "regions; write one region in [deploy] regions, or a [[slack.channel]] instead"
        )


def _overrides(value: object) -> frozenset[Override]:
    return frozenset(distinct(one_of(Override))(value))


def deployed_settings() -> Settings:
    """Read the settings that were deployed with the code. Raises SettingsError."""
    return load_settings(Path(environment_variable(os.environ, "LAMBDA_TASK_ROOT"), GUARD_FILE))
