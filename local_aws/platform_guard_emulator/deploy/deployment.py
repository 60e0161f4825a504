"""A CDK stack in the emulator: created from its template, run by draining its queues."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moto.logs.models import logs_backends
from moto.utilities.utils import get_partition

from platform_guard_emulator.account import LocalAws
from platform_guard_emulator.deploy.assembly import StackAssembly, read_stack
from platform_guard_emulator.deploy.stack_creation import create_stack, outputs, physical_ids
from platform_guard_emulator.deploy.subscriptions import subscribe_queues
from platform_guard_emulator.queues import failed_ids, lambda_event, queue_of, receive
from platform_guard_emulator.runtime import Function, Invocation, Sandbox
from platform_guard_emulator.topics import PublishedMessage

_POLLER_ACTIONS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
_LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")


@dataclass(frozen=True, slots=True)
class EventSourceMapping:
    """An SQS event source of a function."""

    queue_arn: str
    function: str
    batch_size: int
    reports_batch_item_failures: bool


class Deployment:
    """A deployed stack."""

    def __init__(self, local: LocalAws, stack: StackAssembly) -> None:
        self._local = local
        self._stack = stack
        self._physical_ids = physical_ids(local, stack.name)
        subscribe_queues(local, stack, self._physical_ids)
        self.outputs = outputs(local, stack.name)
        self.functions: dict[str, Function] = {f.logical_id: f for f in self._read_functions()}
        self.event_source_mappings: list[EventSourceMapping] = list(self._read_mappings())
        self.restart()

    def physical_id(self, logical_id: str) -> str:
        """Return a resource's name, URL or ARN, as assigned by CloudFormation."""
        return self._physical_ids[logical_id]

    def function(self, handler: str) -> Function:
        """Return a function by its handler, such as `push_guard.handler`, or by its logical id."""
        for function in self.functions.values():
            if handler in (function.handler, function.logical_id):
                return function
        known = sorted(function.handler for function in self.functions.values())
        raise KeyError(f"No function {handler}, only {', '.join(known)}")

    def invoke(self, handler: str, event: object) -> Invocation:
        """Invoke a function with an event, as a schedule or an operator does."""
        return self._invoke(self.function(handler).logical_id, event)

    def restart(self) -> None:
        """Discard all execution environments, so that every function loads its code again."""
        self._sandboxes = {name: self._sandbox(f) for name, f in self.functions.items()}

    def drain(self, max_rounds: int = 20) -> list[Invocation]:
        """Invoke functions until their queues are empty, in at most `max_rounds` rounds.

        A round receives one batch from every queue. A failed message is received again in the next
        round, until its queue's redrive policy moves it to the dead-letter queue.
        """
        invocations: list[Invocation] = []
        for _ in range(max_rounds):
            results = [
                invocation
                for mapping in self.event_source_mappings
                if (invocation := self._poll(mapping)) is not None
            ]
            if not results:
                break
            invocations.extend(results)
        return invocations

    def dead_letters(self) -> dict[str, list[str]]:
        """Return the message bodies of each nonempty dead-letter queue by its logical id."""
        names = {self.physical_id(i): i for i, _ in self._stack.resources("AWS::SQS::Queue")}
        queues = {queue_of(self._queue_arn(url)): i for url, i in names.items()}
        targets = {queue.dead_letter_queue for queue in queues}
        return {
            logical_id: [message.body for message in queue._messages]
            for queue, logical_id in queues.items()
            if queue in targets and queue._messages
        }

    def alerts(self) -> list[PublishedMessage]:
        """Return the messages published to the stack's topics so far, in order."""
        topics = {self.physical_id(i) for i, _ in self._stack.resources("AWS::SNS::Topic")}
        return [message for message in self._local.published if message.topic_arn in topics]

    def _poll(self, mapping: EventSourceMapping) -> Invocation | None:
        sqs = self._local.client("sqs")
        queue = queue_of(mapping.queue_arn)
        for action in _POLLER_ACTIONS:
            role = self.functions[mapping.function].role_arn
            self._local.require(role, action, mapping.queue_arn)
        messages = receive(sqs, queue, mapping.batch_size)
        if not messages:
            return None
        invocation = self._invoke(mapping.function, lambda_event(messages, queue))
        ids = frozenset(message["MessageId"] for message in messages)
        failed = frozenset[str]()
        if invocation.error is not None:
            failed = ids
        elif mapping.reports_batch_item_failures:
            failed = failed_ids(invocation.response, ids)
        for message in messages:
            if message["MessageId"] not in failed:
                queue.delete_message(message["ReceiptHandle"])
        return invocation

    def _invoke(self, function_id: str, event: object) -> Invocation:
        function = self.functions[function_id]
        if function.log_group_arn:
            for action in _LOG_ACTIONS:
                self._local.require(function.role_arn, action, function.log_group_arn)
        return self._sandboxes[function_id].invoke(event)

    def _sandbox(self, function: Function) -> Sandbox:
        return Sandbox(
            function,
            self._local.region,
            self._local.clock,
            # CloudFormation truncates generated names to Lambda's limit; moto does not.
            lambda: self._local.assume_role(function.role_arn, function.name[:64]),
        )

    def _log_group_arn(self, properties: dict[str, Any]) -> str:
        """Return the ARN of a function's log group; empty if Lambda creates the log group."""
        reference = properties.get("LoggingConfig", {}).get("LogGroup", {})
        if "Ref" not in reference:
            return ""
        groups = logs_backends[self._local.account][self._local.region].groups
        arn: str = groups[self.physical_id(reference["Ref"])].arn
        return arn

    def _queue_arn(self, url: str) -> str:
        region, account = self._local.region, self._local.account
        return f"arn:{get_partition(region)}:sqs:{region}:{account}:{url.rsplit('/', 1)[-1]}"

    def _read_functions(self) -> Iterator[Function]:
        client = self._local.client("lambda")
        for logical_id, properties in self._stack.resources("AWS::Lambda::Function"):
            name = self.physical_id(logical_id)
            deployed = client.get_function_configuration(FunctionName=name)
            yield Function(
                logical_id=logical_id,
                name=name,
                arn=deployed["FunctionArn"],
                handler=deployed["Handler"],
                environment=dict(deployed.get("Environment", {}).get("Variables", {})),
                role_arn=deployed["Role"],
                code=self._stack.code_of(properties),
                timeout=deployed["Timeout"],
                memory=deployed["MemorySize"],
                log_group_arn=self._log_group_arn(properties),
            )

    def _read_mappings(self) -> Iterator[EventSourceMapping]:
        by_arn = {function.arn: function for function in self.functions.values()}
        client = self._local.client("lambda")
        for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
            function = by_arn.get(mapping["FunctionArn"])
            if function is None:
                continue
            if "FilterCriteria" in mapping:
                raise NotImplementedError(
                    "The emulator does not support FilterCriteria of SQS event source mappings"
                )
            queue_arn = mapping["EventSourceArn"]
            # Otherwise moto runs the function itself when a message arrives.
            queue_of(queue_arn).lambda_event_source_mappings.clear()
            for action in _POLLER_ACTIONS:
                self._local.require(function.role_arn, action, queue_arn)
            yield EventSourceMapping(
                queue_arn=queue_arn,
                function=function.logical_id,
                batch_size=mapping["BatchSize"],
                reports_batch_item_failures="ReportBatchItemFailures"
                in mapping.get("FunctionResponseTypes", []),
            )


def deploy(local: LocalAws, assembly: Path, stack_name: str | None = None) -> Deployment:
    """Deploy a stack of a CDK cloud assembly (`cdk.out`), by default its only one.

    Raises DeploymentError with the stack events if the stack cannot be created.
    """
    stack = read_stack(assembly, stack_name, local.account, local.region)
    create_stack(local, stack)
    return Deployment(local, stack)
