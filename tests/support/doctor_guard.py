"""A deployed guard for tests of `platform-guard doctor`."""

from pathlib import Path

from platform_guard_cli.doctor.checks import Check, Outcome
from platform_guard_cli.doctor.doctor import Doctor
from platform_guard_cli.doctor.stack import DeployedStack, find_stack
from platform_guard_cli.operator_clients import OperatorClients
from platform_guard_emulator import Deployment, LocalAws
from platform_guard_settings.guard_toml import GuardSettings, load_settings


class DoctorGuard:
    """A deployed guard that tests can break and check."""

    def __init__(self, aws: LocalAws, guard: Deployment, guard_file: Path) -> None:
        self.aws = aws
        self.guard = guard
        self.guard_file = guard_file
        self.clients = OperatorClients(aws.region)

    @property
    def stack(self) -> DeployedStack:
        return find_stack(self.clients, self.aws.region)

    @property
    def settings(self) -> GuardSettings:
        return load_settings(self.guard_file)

    def checks(self) -> list[Check]:
        return Doctor(self.clients, self.stack, self.settings, self.guard_file).run()

    def problems(self) -> dict[str, Check]:
        return {check.name: check for check in self.checks() if check.outcome is not Outcome.OK}

    def logical_id(self, kind: str, start: str) -> str:
        return next(name for name in self.stack.resources(kind) if name.startswith(start))

    def physical_id(self, kind: str, start: str) -> str:
        return self.stack.physical_ids[self.logical_id(kind, start)]


def disable_rule(doctor_guard: DoctorGuard) -> str:
    name = doctor_guard.physical_id("AWS::Events::Rule", "PushGuard").rpartition("/")[2]
    doctor_guard.aws.client("events").disable_rule(Name=name)
    return f"enable-rule --region eu-central-1 --name {name}"
