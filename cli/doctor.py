"""What `platform-guard doctor` looks at in a deployed guard."""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cli.checks import Check, Outcome, look_at
from cli.deployed import DeployedStack
from cli.operator_clients import OperatorClients
from platform_guard.settings import Settings
from stacks.naming import METADATA_KEY

_DEPLOY = "run make deploy"


@dataclass(frozen=True, slots=True)
class Doctor:
    """Looks at every part of a guard, and changes nothing."""

    clients: OperatorClients
    stack: DeployedStack
    settings: Settings
    guard_file: Path

    def examine(self) -> list[Check]:
        """Look at everything, in the order of an event's way through it."""
        looks: Mapping[str, Callable[[], Iterator[Check]]] = {
            "stack": self._stack,
            "settings": self._settings,
            "rules": self._rules,
            "queues": self._queues,
            "functions": self._functions,
            "event source mappings": self._mappings,
            "topic": self._topic,
            "Slack": self._slack,
        }
        return [check for name, look in looks.items() for check in look_at(name, look)]

    def _stack(self) -> Iterator[Check]:
        status = self.stack.status
        healthy = status.endswith("_COMPLETE") and not status.startswith(("DELETE", "ROLLBACK"))
        yield _check(
            "stack",
            healthy,
            f"{self.stack.name} is {status}",
            "read its events in CloudFormation, then " + _DEPLOY,
        )

    def _settings(self) -> Iterator[Check]:
        deployed = self._metadata()
        local = sha256(self.guard_file.read_bytes()).hexdigest()
        same = deployed.get("SettingsSha256") == local
        found = "is what is deployed" if same else "differs from what is deployed"
        yield _check("settings", same, f"{self.guard_file.name} is valid and {found}", _DEPLOY)
        here, there = version("ecr-platform-guard"), deployed.get("Version", "unknown")
        yield _check(
            "version",
            here == there,
            f"{there} is deployed" + ("" if here == there else f", and this is {here}"),
            _DEPLOY,
        )

    def _metadata(self) -> Mapping[str, str]:
        for resource in self.stack.template["Resources"].values():
            found: Mapping[str, str] | None = resource.get("Metadata", {}).get(METADATA_KEY)
            if found is not None:
                return found
        return {}

    def _rules(self) -> Iterator[Check]:
        events = self.clients.events
        for logical_id in self.stack.resources("AWS::Events::Rule"):
            name = _rule_name(self.stack.physical_ids[logical_id])
            rule = events.describe_rule(Name=name)
            pattern = _pattern(self.stack, logical_id)
            same = json.loads(rule.get("EventPattern", "{}")) == pattern
            yield _check(
                f"rule {logical_id}",
                rule.get("State") == "ENABLED" and same,
                f"is {rule.get('State', 'unknown').lower()}"
                + ("" if same else ", with another pattern than was deployed"),
                _command("events", "enable-rule", self.stack.region, "--name", name)
                if same
                else _DEPLOY,
            )
            targets = events.list_targets_by_rule(Rule=name)["Targets"]
            yield from self._targets(logical_id, rule["Arn"], [target["Arn"] for target in targets])

    def _targets(self, rule_id: str, rule_arn: str, targets: Sequence[str]) -> Iterator[Check]:
        queues = {self._queue_arn(url): url for url in self.stack.names("AWS::SQS::Queue")}
        reached = [arn for arn in targets if arn in queues]
        yield _check(
            f"target of {rule_id}",
            bool(reached),
            f"leads to {', '.join(map(_last, reached)) or 'no queue of the guard'}",
            _DEPLOY,
        )
        for arn in reached:
            admitted = _admits(self._attribute(queues[arn], "Policy"), rule_arn)
            yield _check(
                f"policy of queue {_last(arn)}",
                admitted,
                f"{'admits' if admitted else 'does not admit'} {rule_id}",
                _DEPLOY,
            )

    def _queues(self) -> Iterator[Check]:
        for logical_id, queue in self.stack.resources("AWS::SQS::Queue").items():
            target = queue.get("RedrivePolicy", {}).get("deadLetterTargetArn", {})
            dead_letters = target.get("Fn::GetAtt", [""])[0]
            if not dead_letters:
                continue
            url = self.stack.physical_ids[dead_letters]
            waiting = int(self._attribute(url, "ApproximateNumberOfMessages") or 0)
            yield _check(
                f"dead letters in {_last(url)}",
                waiting == 0,
                f"{waiting} waiting",
                "read the function's log, then "
                + _command(
                    "sqs",
                    "start-message-move-task",
                    self.stack.region,
                    "--source-arn",
                    self._queue_arn(url),
                    # SQS knows by itself only where that came from which it gave up itself.
                    "--destination-arn",
                    self._queue_arn(self.stack.physical_ids[logical_id]),
                ),
            )

    def _functions(self) -> Iterator[Check]:
        for logical_id, wanted in self.stack.resources("AWS::Lambda::Function").items():
            name = self.stack.physical_ids[logical_id]
            function = self.clients.lambda_.get_function_configuration(FunctionName=name)
            # Both are left out by what is older than they are.
            state = (
                function.get("State", "Active"),
                function.get("LastUpdateStatus", "Successful"),
            )
            yield _check(
                f"function {wanted['Handler'].partition('.')[0]}",
                state == ("Active", "Successful"),
                f"is {state[0].lower()}, its last update {state[1].lower()}",
                _DEPLOY,
            )
            role = self.stack.physical_ids.get(_referred(wanted["Role"]), "")
            yield _check(
                f"role of {wanted['Handler'].partition('.')[0]}",
                _last(function["Role"]) == role,
                f"is {_last(function['Role'])}",
                _DEPLOY,
            )

    def _mappings(self) -> Iterator[Check]:
        for mapping_id, wanted in self.stack.resources("AWS::Lambda::EventSourceMapping").items():
            name = self.stack.physical_ids[_referred(wanted["FunctionName"])]
            mappings = self.clients.lambda_.list_event_source_mappings(FunctionName=name)
            states = {
                _last(mapping["EventSourceArn"]): mapping["State"]
                for mapping in mappings["EventSourceMappings"]
            }
            queue = _last(self.stack.physical_ids[_referred(wanted["EventSourceArn"])])
            state = states.get(queue, "missing")
            yield _check(
                f"queue {queue} to its function",
                state == "Enabled",
                f"is {state.lower()}",
                _command(
                    "lambda",
                    "update-event-source-mapping",
                    self.stack.region,
                    "--uuid",
                    self.stack.physical_ids[mapping_id],
                    "--enabled",
                ),
            )

    def _topic(self) -> Iterator[Check]:
        arn = self.stack.only("AWS::SNS::Topic")
        pages = self.clients.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
        subscriptions = [entry for page in pages for entry in page["Subscriptions"]]
        yield _check(
            "subscriptions",
            bool(subscriptions),
            f"{len(subscriptions)} on the topic" if subscriptions else "nobody hears of alerts",
            "write emails or a channel under [alerts] in guard.toml, then " + _DEPLOY,
        )
        for entry in subscriptions:
            if entry["SubscriptionArn"] == "PendingConfirmation":
                yield Check(
                    f"subscription of {entry['Endpoint']}",
                    Outcome.FAILED,
                    "is not confirmed",
                    "follow the link in the mail from AWS; if it is lost, "
                    + _command(
                        "sns",
                        "subscribe",
                        self.stack.region,
                        "--topic-arn",
                        arn,
                        "--protocol",
                        entry["Protocol"],
                        "--notification-endpoint",
                        entry["Endpoint"],
                    ),
                )

    def _slack(self) -> Iterator[Check]:
        for channel in self.settings.alerts.slack:
            try:
                # Not its value, which nobody but the function has to see.
                secret = self.clients.secrets.describe_secret(SecretId=channel.secret)
                stages = secret.get("VersionIdsToStages", {}).values()
                found = any("AWSCURRENT" in names for names in stages)
            except self.clients.secrets.exceptions.ResourceNotFoundException:
                found = False
            yield _check(
                f"webhook of {channel.name}",
                found,
                f"secret {channel.secret} {'has a value' if found else 'is not there'}",
                _command(
                    "secretsmanager",
                    "create-secret",
                    self.stack.region,
                    "--name",
                    channel.secret,
                    "--secret-string",
                    "https://hooks.slack.com/…",
                ),
            )

    def _attribute(self, url: str, name: Any) -> str:
        answer = self.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return str(answer.get("Attributes", {}).get(name, ""))

    def _queue_arn(self, url: str) -> str:
        partition = self.stack.arn.split(":")[1]
        return f"arn:{partition}:sqs:{self.stack.region}:{self.stack.account}:{_last(url)}"


def _check(name: str, healthy: bool, found: str, fix: str) -> Check:
    if healthy:
        return Check(name, Outcome.OK, found)
    return Check(name, Outcome.FAILED, found, fix)


def _command(service: str, command: str, region: str, *arguments: str) -> str:
    return "run " + shlex.join(["aws", service, command, "--region", region, *arguments])


def _last(name: str) -> str:
    """Give the last part of an ARN or URL, which is the name."""
    return name.rpartition(":")[2].rpartition("/")[2]


def _rule_name(physical_id: str) -> str:
    return physical_id.rpartition("|")[2].rpartition("/")[2]


def _referred(reference: Any) -> str:
    """Give the logical id that a Ref or a GetAtt of a template names; empty for all else."""
    match reference:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            return name
        case _:
            return ""


def _pattern(stack: DeployedStack, rule_id: str) -> object:
    pattern = stack.template["Resources"][rule_id]["Properties"].get("EventPattern", {})
    text = json.dumps(pattern).replace('{"Ref": "AWS::StackId"}', json.dumps(stack.arn))
    resolved: object = json.loads(text)
    return resolved


def _admits(policy: str, rule_arn: str) -> bool:
    """Tell whether a queue's policy lets EventBridge send the events of a rule."""
    if not policy:
        return False
    return any(
        statement["Effect"] == "Allow"
        and statement.get("Principal") == {"Service": "events.amazonaws.com"}
        and "sqs:SendMessage" in statement["Action"]
        and statement.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn") == rule_arn
        for statement in json.loads(policy)["Statement"]
    )
