"""Runs the checks of `platform-guard doctor`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from platform_guard_cdk.naming import METADATA_KEY
from platform_guard_cli.doctor.alerts import Alerting
from platform_guard_cli.doctor.checks import DEPLOY, Check, CheckGroup, Outcome, check, run_checks
from platform_guard_cli.doctor.delivery import Delivery
from platform_guard_cli.doctor.functions import Functions
from platform_guard_cli.doctor.stack import DeployedStack
from platform_guard_cli.operator_clients import OperatorClients
from platform_guard_settings.guard_toml import GuardSettings


@dataclass(frozen=True, slots=True)
class Doctor:
    """Checks every part of a deployed guard. Read-only."""

    clients: OperatorClients
    stack: DeployedStack
    settings: GuardSettings
    guard_file: Path
    """The guard.toml that `settings` were read from."""

    def run(self) -> list[Check]:
        """Run all checks, in the order in which an event passes through the guard."""
        delivery = Delivery(self.clients, self.stack)
        functions = Functions(self.clients, self.stack)
        alerting = Alerting(self.clients, self.stack, self.settings.alerts)
        groups: Mapping[str, CheckGroup] = {
            "stack": self._stack,
            "settings": self._settings,
            "rules": delivery.rules,
            "queues": delivery.dead_letters,
            "functions": functions.functions,
            "concurrency": functions.concurrency,
            "event source mappings": functions.mappings,
            "topic": alerting.subscriptions,
            "Slack": alerting.webhooks,
            "alarms": alerting.alarms,
        }
        return [found for name, group in groups.items() for found in run_checks(name, group)]

    def _stack(self) -> Iterator[Check]:
        status = self.stack.status
        healthy = status.endswith("_COMPLETE") and not status.startswith(("DELETE", "ROLLBACK"))
        yield check(
            "stack",
            healthy,
            f"{self.stack.name} is in status {status}",
            "find and fix the cause with the stack events in CloudFormation, then " + DEPLOY,
        )

    def _settings(self) -> Iterator[Check]:
        if not self.guard_file.exists():
            found = f"{self.guard_file} does not exist"
            yield Check("settings", Outcome.UNKNOWN, found, "name the file with --settings")
            return
        deployed = self._metadata()
        local = sha256(self.guard_file.read_bytes()).hexdigest()
        is_same = deployed.get("SettingsSha256") == local
        found = "matches the deployment" if is_same else "differs from the deployment"
        yield check("settings", is_same, f"{self.guard_file.name} is valid and {found}", DEPLOY)
        installed, in_stack = version("ecr-platform-guard"), deployed.get("Version", "unknown")
        yield check(
            "version",
            installed == in_stack,
            f"{in_stack} is deployed"
            + ("" if installed == in_stack else f", but {installed} is installed here"),
            DEPLOY,
        )

    def _metadata(self) -> Mapping[str, str]:
        for resource in self.stack.template["Resources"].values():
            found: Mapping[str, str] | None = resource.get("Metadata", {}).get(METADATA_KEY)
            if found is not None:
                return found
        return {}
