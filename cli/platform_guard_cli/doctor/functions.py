"""The checks of `platform-guard doctor` on functions and event source mappings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from platform_guard_cli.doctor.aws_commands import run_aws
from platform_guard_cli.doctor.checks import DEPLOY, Check, check
from platform_guard_cli.doctor.stack import DeployedStack, referenced_id, resource_name
from platform_guard_cli.operator_clients import OperatorClients


@dataclass(frozen=True, slots=True)
class Functions:
    """Checks the functions, their roles and concurrency, and the event source mappings."""

    clients: OperatorClients
    stack: DeployedStack

    def functions(self) -> Iterator[Check]:
        """Check the state and the role of each function."""
        for name, module, deployed in self._functions():
            yield from self._function(name, module, deployed)

    def concurrency(self) -> Iterator[Check]:
        """Check that the reserved concurrency of no function is 0."""
        for name, module, deployed in self._functions():
            yield self._concurrency(name, module, deployed)

    def _functions(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Yield the name, the module and the deployed properties of each function."""
        for logical_id, deployed in self.stack.resources("AWS::Lambda::Function").items():
            module = deployed["Handler"].partition(".")[0]
            yield self.stack.physical_ids[logical_id], module, deployed

    def _function(self, name: str, module: str, deployed: Mapping[str, Any]) -> Iterator[Check]:
        function = self.clients.lambda_.get_function_configuration(FunctionName=name)
        # Functions older than these attributes do not have them.
        state = (
            function.get("State", "Active"),
            function.get("LastUpdateStatus", "Successful"),
        )
        yield check(
            f"function {module}",
            state == ("Active", "Successful"),
            f"{state[0].lower()}, last update {state[1].lower()}",
            DEPLOY,
        )
        role = self.stack.physical_ids.get(referenced_id(deployed["Role"]), "")
        yield check(
            f"role of {module}",
            resource_name(function["Role"]) == role,
            resource_name(function["Role"]),
            DEPLOY,
        )

    def _concurrency(self, name: str, module: str, deployed: Mapping[str, Any]) -> Check:
        # The type stubs do not say that the response is empty without a reservation.
        response: Mapping[str, Any] = self.clients.lambda_.get_function_concurrency(
            FunctionName=name
        )
        reserved = response.get("ReservedConcurrentExecutions")
        template_value = deployed.get("ReservedConcurrentExecutions")
        if template_value is None:
            command, arguments = "delete-function-concurrency", []
        else:
            command = "put-function-concurrency"
            arguments = ["--reserved-concurrent-executions", str(template_value)]
        found = "not reserved" if reserved is None else f"{reserved} reserved"
        return check(
            f"concurrency of {module}",
            reserved != 0,
            "0 reserved, the function never runs" if reserved == 0 else found,
            run_aws("lambda", command, self.stack.region, "--function-name", name, *arguments),
        )

    def mappings(self) -> Iterator[Check]:
        """Check that the event source mappings are enabled."""
        for mapping_id, deployed in self.stack.resources("AWS::Lambda::EventSourceMapping").items():
            name = self.stack.physical_ids[referenced_id(deployed["FunctionName"])]
            mappings = self.clients.lambda_.list_event_source_mappings(FunctionName=name)
            states = {
                resource_name(mapping["EventSourceArn"]): mapping["State"]
                for mapping in mappings["EventSourceMappings"]
            }
            queue = resource_name(
                self.stack.physical_ids[referenced_id(deployed["EventSourceArn"])]
            )
            state = states.get(queue, "missing")
            yield check(
                f"event source mapping of {queue}",
                state == "Enabled",
                state.lower(),
                run_aws(
                    "lambda",
                    "update-event-source-mapping",
                    self.stack.region,
                    "--uuid",
                    self.stack.physical_ids[mapping_id],
                    "--enabled",
                ),
            )
