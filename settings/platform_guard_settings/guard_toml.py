"""The operator's settings, parsed from guard.toml when the stack is synthesized."""

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

from platform_guard.policy.tag_overrides import Override
from platform_guard.settings import Settings
from platform_guard.values import integer_between, one_of, read_boolean, unique_list
from platform_guard_settings.alerts import read_alert_settings
from platform_guard_settings.deploy import DeploySettings, partition_of, read_deploy_settings
from platform_guard_settings.policies import check_policies, read_policy, read_rules
from platform_guard_settings.sweep import read_sweep_settings
from platform_guard_settings.toml_table import TomlTable, TomlTableError

GUARD_FILE = "guard.toml"
"""The name of the settings file."""


_MAX_INCIDENT_MINUTES = 7 * 24 * 60


MAX_DELAY_SECONDS = 900
"""Maximum delivery delay of an SQS queue (SQS API, CreateQueue, DelaySeconds)."""


@dataclass(frozen=True, slots=True)
class GuardSettings(Settings):
    """The content of guard.toml: what the functions need, and how they are deployed."""

    deploy: DeploySettings = field(default_factory=DeploySettings)


class SettingsError(ValueError):
    """Invalid settings; the message is one line that names the setting and the correction."""


def load_settings(path: Path) -> GuardSettings:
    """Read the settings from a file. Raise SettingsError if it is missing or invalid."""
    try:
        # Editors on Windows may write a byte order mark, which TOML does not allow.
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}); "
            "create the settings file there (an empty file means the defaults)"
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 text; save the file as UTF-8") from error
    return parse_settings(text, source=path.name)


def parse_settings(text: str, source: str = GUARD_FILE) -> GuardSettings:
    """Parse settings from TOML. Raise SettingsError, with `source` as the file name."""
    try:
        document = tomllib.loads(text)
    # tomllib passes on the ValueError of int() for integers of thousands of digits.
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{source}: {error}") from error
    try:
        return _read_settings(document)
    except TomlTableError as error:
        raise SettingsError(f"{source}: {error}") from error


def _read_settings(document: dict[str, object]) -> GuardSettings:
    default = GuardSettings()
    with TomlTable(document) as root:
        with root.table("guard") as guard, root.table("remedies") as remedies:
            account = read_policy(guard, remedies, default.policies.default)
            overrides = guard.take("repository_overrides", _overrides, default.policies.overrides)
            delay_seconds = guard.take(
                "delay_seconds", integer_between(0, MAX_DELAY_SECONDS), default.delay_seconds
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
                integer_between(1, _MAX_INCIDENT_MINUTES),
                default.incident_minutes,
            )
            exec_format = diagnosis.take("exec_format", read_boolean, default.exec_format)
        sweep = read_sweep_settings(root)
        deploy = read_deploy_settings(root)
    if alerts.amazon_q is not None:
        _check_amazon_q_regions(deploy.regions)
    return GuardSettings(
        policies=policies,
        delay_seconds=delay_seconds,
        alerts=alerts,
        incident_minutes=incident_minutes,
        exec_format=exec_format,
        sweep=sweep,
        deploy=deploy,
    )


def _check_amazon_q_regions(regions: tuple[str, ...]) -> None:
    unsupported = next((region for region in regions if partition_of(region) != "aws"), None)
    if unsupported is not None:
        raise TomlTableError(
            f"[amazon_q]: Amazon Q Developer is not available in {unsupported}; "
            "use a [[slack.channel]] instead"
        )
    # https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1155
    if len(regions) > 1:
        raise TomlTableError(
            "[amazon_q]: an account can configure a channel only once, not in several Regions; "
            "set a single Region in [deploy] regions, or use a [[slack.channel]] instead"
        )


def _overrides(value: object) -> frozenset[Override]:
    return frozenset(unique_list(one_of(Override))(value))
