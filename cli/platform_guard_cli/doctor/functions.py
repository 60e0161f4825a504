"""The checks of `platform-guard doctor` on functions and event source mappings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from platform_guard_cli.doctor.aws_commands import run_aws
from platform_guard_cli.doctor.checks import DEPLOY, Check, check
from platform_guard_cli.doctor.stack import DeployedStack, last_part, referred
from platform_guard_cli.operator_clients import OperatorClients


@dataclass(frozen=True, slots=True)
class Functions:
    """The functions, their roles, and the mappings that feed them from queues."""

    clients: OperatorClients
    stack: DeployedStack

    def functions(self) -> Iterator[Check]:
        """Check each function and its role."""
        for name, module, wanted in self._each():
            yield from self._function(name, module, wanted)

    def concurrency(self) -> Iterator[Check]:
        """Check that each function can run."""
        for name, module, wanted in self._each():
            yield self._concurrency(name, module, wanted)

    def _each(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Return the name, the module and the properties of each function."""
        for logical_id, wanted in self.stack.resources("AWS::Lambda::Function").items():
            yield self.stack.physical_ids[logical_id], wanted["Handler"].partition(".")[0], wanted

    def _function(self, name: str, module: str, wanted: Mapping[str, Any]) -> Iterator[Check]:
        function = self.clients.lambda_.get_function_configuration(FunctionName=name)
        # Both are left out by what is older than they are.
        state = (
            function.get("State", "Active"),
            function.get("LastUpdateStatus", "Successful"),
        )
        yield check(
            f"function {module}",
            state == ("Active", "Successful"),
            f"is {state[0].lower()}, its last update {state[1].lower()}",
            DEPLOY,
        )
        role = self.stack.physical_ids.get(referred(wanted["Role"]), "")
        yield check(
            f"role of {module}",
            last_part(function["Role"]) == role,
            f"is {last_part(function['Role'])}",
            DEPLOY,
        )

    def _concurrency(self, name: str, module: str, wanted: Mapping[str, Any]) -> Check:
        """Check that the reserved concurrency is not 0, which stops a function."""
        # Without the setting the answer is empty, which its type does not say.
        answer: Mapping[str, Any] = self.clients.lambda_.get_function_concurrency(FunctionName=name)
        reserved = answer.get("ReservedConcurrentExecutions")
        deployed = wanted.get("ReservedConcurrentExecutions")
        if deployed is None:
            command, arguments = "delete-function-concurrency", []
        else:
            command = "put-function-concurrency"
            arguments = ["--reserved-concurrent-executions", str(deployed)]
        found = "is not reserved" if reserved is None else f"of {reserved} is reserved"
        return check(
            f"concurrency of {module}",
            reserved != 0,
            "of 0 is reserved, so that it never runs" if reserved == 0 else found,
            run_aws("lambda", command, self.stack.region, "--function-name", name, *arguments),
        )

    def mappings(self) -> Iterator[Check]:
        """Check the event source mappings."""
        for mapping_id, wanted in self.stack.resources("AWS::Lambda::EventSourceMapping").items():
            name = self.stack.physical_ids[referred(wanted["FunctionName"])]
            mappings = self.clients.lambda_.list_event_source_mappings(FunctionName=name)
            states = {
                last_part(mapping["EventSourceArn"]): mapping["State"]
                for mapping in mappings["EventSourceMappings"]
            }
            queue = last_part(self.stack.physical_ids[referred(wanted["EventSourceArn"])])
            state = states.get(queue, "missing")
            yield check(
                f"queue {queue} to its function",
                state == "Enabled",
                f"is {state.lower()}",
                run_aws(
                    "lambda",
                    "update-event-source-mapping",
                    self.stack.region,
                    "--uuid",
                    self.stack.physical_ids[mapping_id],
                    "--enabled",
                ),
            )
