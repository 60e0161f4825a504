"""The checks of `platform-guard doctor`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from platform_guard_cdk.naming import METADATA_KEY
from platform_guard_cli.doctor.alerts import Alerting
from platform_guard_cli.doctor.checks import DEPLOY, Check, Look, Outcome, check, look_at
from platform_guard_cli.doctor.delivery import Delivery
from platform_guard_cli.doctor.functions import Functions
from platform_guard_cli.doctor.stack import DeployedStack
from platform_guard_cli.operator_clients import OperatorClients
from platform_guard_settings.guard_toml import GuardSettings


@dataclass(frozen=True, slots=True)
class Doctor:
    """Checks every part of a deployed guard and changes nothing."""

    clients: OperatorClients
    stack: DeployedStack
    settings: GuardSettings
    guard_file: Path

    def examine(self) -> list[Check]:
        """Run all checks in the order in which an event passes the parts."""
        delivery = Delivery(self.clients, self.stack)
        functions = Functions(self.clients, self.stack)
        alerting = Alerting(self.clients, self.stack, self.settings.alerts)
        looks: Mapping[str, Look] = {
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
        return [found for name, look in looks.items() for found in look_at(name, look)]

    def _stack(self) -> Iterator[Check]:
        status = self.stack.status
        healthy = status.endswith("_COMPLETE") and not status.startswith(("DELETE", "ROLLBACK"))
        yield check(
            "stack",
            healthy,
            f"{self.stack.name} is {status}",
            "read its events in CloudFormation, then " + DEPLOY,
        )

    def _settings(self) -> Iterator[Check]:
        if not self.guard_file.exists():
            found = f"{self.guard_file} does not exist"
            yield Check("settings", Outcome.UNKNOWN, found, "name the file with --settings")
            return
        deployed = self._metadata()
        local = sha256(self.guard_file.read_bytes()).hexdigest()
        same = deployed.get("SettingsSha256") == local
        found = "matches the deployment" if same else "differs from the deployment"
        yield check("settings", same, f"{self.guard_file.name} is valid and {found}", DEPLOY)
        here, there = version("ecr-platform-guard"), deployed.get("Version", "unknown")
        yield check(
            "version",
            here == there,
            f"{there} is deployed" + ("" if here == there else f", and this is {here}"),
            DEPLOY,
        )

    def _metadata(self) -> Mapping[str, str]:
        for resource in self.stack.template["Resources"].values():
            found: Mapping[str, str] | None = resource.get("Metadata", {}).get(METADATA_KEY)
            if found is not None:
                return found
        return {}
