"""The checks of `platform-guard doctor` from EventBridge to the queues."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platform_guard_cli.doctor.aws_commands import run_aws
from platform_guard_cli.doctor.checks import DEPLOY, Check, check
from platform_guard_cli.doctor.stack import DeployedStack, last_part
from platform_guard_cli.operator_clients import OperatorClients


@dataclass(frozen=True, slots=True)
class Delivery:
    """The path of an event to a function, and the dead-letter queues."""

    clients: OperatorClients
    stack: DeployedStack

    def rules(self) -> Iterator[Check]:
        """Check the rules, their targets, and the queue policies."""
        for logical_id, wanted in self.stack.resources("AWS::Events::Rule").items():
            name = _rule_name(self.stack.physical_ids[logical_id])
            rule = self.clients.events.describe_rule(Name=name)
            same = _starts_the_same(self.stack, wanted, rule)
            yield check(
                f"rule {logical_id}",
                rule.get("State") == "ENABLED" and same,
                f"is {rule.get('State', 'unknown').lower()}"
                + ("" if same else ", but its pattern or schedule differs from the deployment"),
                run_aws("events", "enable-rule", self.stack.region, "--name", name)
                if same
                else DEPLOY,
            )
            targets = self.clients.events.list_targets_by_rule(Rule=name)["Targets"]
            yield from self._targets(logical_id, rule["Arn"], [target["Arn"] for target in targets])

    def _targets(self, rule_id: str, rule_arn: str, targets: Sequence[str]) -> Iterator[Check]:
        queues = {self.stack.queue_arn(url): url for url in self.stack.names("AWS::SQS::Queue")}
        reached = [arn for arn in targets if arn in queues]
        yield check(
            f"target of {rule_id}",
            bool(reached),
            f"leads to {', '.join(map(last_part, reached)) or 'no queue of the guard'}",
            DEPLOY,
        )
        for arn in reached:
            admitted = _admits(self._attribute(queues[arn], "Policy"), rule_arn)
            yield check(
                f"policy of queue {last_part(arn)}",
                admitted,
                f"{'admits' if admitted else 'does not admit'} {rule_id}",
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
            waiting = int(self._attribute(url, "ApproximateNumberOfMessages") or 0)
            yield check(
                f"dead letters in {last_part(url)}",
                waiting == 0,
                f"{waiting} waiting",
                "read the function's log, then "
                + run_aws(
                    "sqs",
                    "start-message-move-task",
                    self.stack.region,
                    "--source-arn",
                    self.stack.queue_arn(url),
                    # SQS knows by itself only where that came from which it gave up itself.
                    "--destination-arn",
                    self.stack.queue_arn(self.stack.physical_ids[logical_id]),
                ),
            )

    def _attribute(self, url: str, name: Any) -> str:
        answer = self.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return str(answer.get("Attributes", {}).get(name, ""))


def _rule_name(physical_id: str) -> str:
    return physical_id.rpartition("|")[2].rpartition("/")[2]


def _starts_the_same(
    stack: DeployedStack, wanted: Mapping[str, Any], rule: Mapping[str, Any]
) -> bool:
    """Return whether a rule has the pattern and the schedule that were deployed."""
    text = json.dumps(wanted.get("EventPattern", {}))
    pattern = json.loads(text.replace('{"Ref": "AWS::StackId"}', json.dumps(stack.arn)))
    return bool(
        json.loads(rule.get("EventPattern") or "{}") == pattern
        and rule.get("ScheduleExpression", "") == wanted.get("ScheduleExpression", "")
    )


def _admits(policy: str, rule_arn: str) -> bool:
    """Return whether a queue's policy lets EventBridge send the events of a rule."""
    if not policy:
        return False
    return any(
        statement["Effect"] == "Allow"
        and statement.get("Principal") == {"Service": "events.amazonaws.com"}
        and "sqs:SendMessage" in statement["Action"]
        and statement.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn") == rule_arn
        for statement in json.loads(policy)["Statement"]
    )
