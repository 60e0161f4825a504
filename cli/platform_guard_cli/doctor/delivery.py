"""The checks of `platform-guard doctor` from EventBridge to the queues."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platform_guard_cli.doctor.aws_commands import run_aws
from platform_guard_cli.doctor.checks import DEPLOY, Check, check
from platform_guard_cli.doctor.stack import DeployedStack, resource_name
from platform_guard_cli.operator_clients import OperatorClients


@dataclass(frozen=True, slots=True)
class Delivery:
    """Checks the path of an event to a queue, and the dead-letter queues."""

    clients: OperatorClients
    stack: DeployedStack

    def rules(self) -> Iterator[Check]:
        """Check the rules, their targets and the queue policies."""
        for logical_id, deployed in self.stack.resources("AWS::Events::Rule").items():
            name = _rule_name(self.stack.physical_ids[logical_id])
            rule = self.clients.events.describe_rule(Name=name)
            matches = _matches_template(self.stack, deployed, rule)
            yield check(
                f"rule {logical_id}",
                rule.get("State") == "ENABLED" and matches,
                rule.get("State", "unknown").lower()
                + ("" if matches else ", but its pattern or schedule differs from the template"),
                run_aws("events", "enable-rule", self.stack.region, "--name", name)
                if matches
                else DEPLOY,
            )
            targets = self.clients.events.list_targets_by_rule(Rule=name)["Targets"]
            yield from self._targets(logical_id, rule["Arn"], [target["Arn"] for target in targets])

    def _targets(self, rule_id: str, rule_arn: str, targets: Sequence[str]) -> Iterator[Check]:
        queues = {self.stack.queue_arn(url): url for url in self.stack.names("AWS::SQS::Queue")}
        guard_queues = [arn for arn in targets if arn in queues]
        yield check(
            f"target of {rule_id}",
            bool(guard_queues),
            ", ".join(map(resource_name, guard_queues)) or "no queue of the guard is a target",
            DEPLOY,
        )
        for arn in guard_queues:
            is_allowed = _allows(self._attribute(queues[arn], "Policy"), rule_arn)
            yield check(
                f"policy of queue {resource_name(arn)}",
                is_allowed,
                f"{'allows' if is_allowed else 'does not allow'} messages from rule {rule_id}",
                DEPLOY,
            )

    def dead_letters(self) -> Iterator[Check]:
        """Check for messages in dead-letter queues."""
        for logical_id, queue in self.stack.resources("AWS::SQS::Queue").items():
            target = queue.get("RedrivePolicy", {}).get("deadLetterTargetArn", {})
            dead_letters = target.get("Fn::GetAtt", [""])[0]
            if not dead_letters:
                continue
            url = self.stack.physical_ids[dead_letters]
            messages = int(self._attribute(url, "ApproximateNumberOfMessages") or 0)
            yield check(
                f"dead-letter queue {resource_name(url)}",
                messages == 0,
                f"messages waiting: {messages}" if messages else "empty",
                "find and fix the cause with the function's log, then redrive: "
                + run_aws(
                    "sqs",
                    "start-message-move-task",
                    self.stack.region,
                    "--source-arn",
                    self.stack.queue_arn(url),
                    # By default, SQS redrives only messages that it dead-lettered itself.
                    "--destination-arn",
                    self.stack.queue_arn(self.stack.physical_ids[logical_id]),
                ),
            )

    def _attribute(self, url: str, name: Any) -> str:
        response = self.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return str(response.get("Attributes", {}).get(name, ""))


def _rule_name(physical_id: str) -> str:
    return physical_id.rpartition("|")[2].rpartition("/")[2]


def _matches_template(
    stack: DeployedStack, deployed: Mapping[str, Any], rule: Mapping[str, Any]
) -> bool:
    """Return whether a rule has the event pattern and schedule of the template."""
    text = json.dumps(deployed.get("EventPattern", {}))
    pattern = json.loads(text.replace('{"Ref": "AWS::StackId"}', json.dumps(stack.arn)))
    return bool(
        json.loads(rule.get("EventPattern") or "{}") == pattern
        and rule.get("ScheduleExpression", "") == deployed.get("ScheduleExpression", "")
    )


def _allows(policy: str, rule_arn: str) -> bool:
    """Return whether a queue policy allows EventBridge to send messages for a rule."""
    if not policy:
        return False
    return any(
        statement["Effect"] == "Allow"
        and statement.get("Principal") == {"Service": "events.amazonaws.com"}
        and "sqs:SendMessage" in statement["Action"]
        and statement.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn") == rule_arn
        for statement in json.loads(policy)["Statement"]
    )
